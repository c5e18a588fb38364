"""Workbooks as blocks: sheets as tables, values as their format shows them."""
