"""Readers of Word, PDF and HTML: from a file to paragraphs and tables."""
