"""Pages of a PDF as blocks: upright, by columns, with ruled and unruled tables."""
