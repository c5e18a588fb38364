"""Plain text with tab-separated tables as the neutral form; places are line numbers."""

import re

from roadmap.documents.neutral import Document, Paragraph, Row, Table, clean

_STARTS_ANEW = re.compile(r"^\s*(?:\d+(?:\.\d+)*[.)]\s|[-–—•]\s|#)")


def from_text(text: str, name: str) -> Document:
    """Lines with tabs are rows; blank lines between rows tear a table, words between them end it."""
    blocks: list[Paragraph | Table] = []
    rows: list[Row] = []
    words: list[str] = []
    began, torn = 0, False

    def end_words() -> None:
        if joined := clean(" ".join(words)):
            blocks.append(Paragraph(joined, f"строка {began}"))
        words.clear()

    def end_rows() -> None:
        if rows:
            blocks.append(Table(tuple(rows)))
        rows.clear()

    for n, line in enumerate(text.replace("\r\n", "\n").replace("\r", "\n").split("\n"), start=1):
        if "\t" in line:
            end_words()
            cells = tuple(clean(cell) for cell in line.split("\t"))
            rows.append(Row(cells, f"строка {n}", after_break=torn and bool(rows)))
            torn = False
        elif not line.strip():
            end_words()
            torn = True
        else:
            end_rows()
            if _STARTS_ANEW.match(line):
                end_words()
            if not words:
                began = n
            words.append(line.strip().lstrip("#").strip())
            torn = False
    end_words()
    end_rows()
    return Document(name, tuple(blocks))
