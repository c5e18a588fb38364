"""What «Контроль» shows: lists, the chart of terms, rounds."""
