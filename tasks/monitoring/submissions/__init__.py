"""Values that bodies submit: forms, workbooks, rows, corrections."""
