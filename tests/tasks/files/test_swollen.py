"""Small files that would cost gigabytes or minutes are refused in one line, by what they hold and not what they say."""

import os
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from pdfminer import pdftypes

from roadmap.catalogue.file import MB, NotTaken, read_file
from roadmap.catalogue.loading import CatalogueError, load_catalogue
from tasks.documents.reader import read_document
from tasks.files.errors import DocumentRefused
from tasks.files.pdf_streams import Unpacked, unpacking_at_most
from tasks.files.spreadsheets import read_rows
from tasks.monitoring.submissions.sheets import read_sheet
from tasks.people.contacts import ContactsError, read_contacts
from tests.parts import hostile

SWOLLEN = 210 * MB
PDFS: dict[str, Callable[[], bytes]] = {
    "Flate twice": lambda: hostile.pdf("FlateDecode", "FlateDecode", body=zlib.compress(hostile.zeros(SWOLLEN))),
    "beside the name of a picture": lambda: hostile.pdf("Fl", body=hostile.zeros(SWOLLEN), before=b"/Note/Image"),
    "ASCII85 and Flate": lambda: hostile.pdf("A85", "FlateDecode", body=hostile.ascii85(hostile.zeros(SWOLLEN))),
    "hex and Flate": lambda: hostile.pdf("AHx", "FlateDecode", body=hostile.zeros(SWOLLEN).hex().encode()),
    "Flate and RunLength": lambda: hostile.pdf("FlateDecode", "RL", body=zlib.compress(hostile.run_lengths(SWOLLEN))),
    "Flate and LZW": lambda: hostile.pdf("FlateDecode", "LZW", body=zlib.compress(hostile.lzw(SWOLLEN))),
    "Flate of whole megabytes": lambda: hostile.pdf("FlateDecode", "RL", body=hostile.zeros(8 * MB)),
}


@pytest.mark.parametrize("name", [name for name in PDFS if name != "Flate of whole megabytes"])
def test_a_pdf_is_unpacked_within_one_budget_whatever_its_filters(name: str, tmp_path: Path) -> None:
    content = PDFS[name]()
    (tmp_path / "a.pdf").write_bytes(content)
    assert len(content) < 2 * MB
    with pytest.raises(DocumentRefused, match=r"^a.pdf: после распаковки файл больше 200 МБ"):
        read_document(tmp_path / "a.pdf")


def test_a_stream_of_whole_megabytes_ends(tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(PDFS["Flate of whole megabytes"]())
    with pytest.raises(DocumentRefused, match="нет текста"):
        read_document(tmp_path / "a.pdf")


def test_what_streams_unpack_is_counted_over_the_file() -> None:
    unpack = vars(pdftypes)
    with pytest.raises(Unpacked), unpacking_at_most(10_000):
        for _ in range(3):
            unpack["zlib"].decompress(hostile.zeros(4_000))
    assert unpack["zlib"] is zlib


ROW = b'<row r="%d"><c r="A%d" t="inlineStr"><is><t>x</t></is></c></row>'
BOOKS: dict[str, tuple[Callable[[], bytes], str]] = {
    "rows that are empty": (lambda: hostile.book(b'<row r="1"/>' * 15_000_000), "больше 200000 строк"),
    "rows of many sheets": (lambda: hostile.book(b"<row/>" * 1_000, sheets=250), "больше 200000 строк"),
    "sheets": (lambda: hostile.book(b"", sheets=300), "больше 255 листов"),
    "cells of one row": (
        lambda: hostile.book(b'<row r="1">' + b"<c/>" * 12_000_000 + b"</row>"),
        "слишком много ячеек",
    ),
    "rows of another prefix": (lambda: hostile.book(b"<x:row/>" * 300_000), "больше 200000 строк"),
}


@pytest.mark.parametrize("name", BOOKS)
def test_a_workbook_is_counted_before_it_is_read(name: str, tmp_path: Path) -> None:
    make, words = BOOKS[name]
    content = make()
    (tmp_path / "a.xlsx").write_bytes(content)
    assert len(content) < MB
    with pytest.raises(DocumentRefused, match=f"^a.xlsx: {words}"):
        read_rows(tmp_path / "a.xlsx")
    with pytest.raises(DocumentRefused, match=f"^{words}"):
        read_sheet(content)


def test_a_sound_workbook_is_read_as_before(tmp_path: Path) -> None:
    rows = b"".join(ROW % (n, n) for n in range(1, 20_001))
    (tmp_path / "a.xlsx").write_bytes(hostile.book(rows))
    assert len(read_rows(tmp_path / "a.xlsx")) == 20_000


@pytest.mark.parametrize("name", ["a.docx", "a.xlsx"])
def test_an_archive_of_many_entries_is_refused_at_once(name: str, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / name, "w") as archive:
        for n in range(6_000):
            archive.writestr(f"{n}.xml", "")
    with pytest.raises(DocumentRefused, match="больше 5000 частей"):
        read_document(tmp_path / name) if name == "a.docx" else read_rows(tmp_path / name)


def test_a_text_longer_than_an_order_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("до 1 мая\n" * 300_000, encoding="utf-8")
    with pytest.raises(DocumentRefused, match="текста больше, чем бывает в приказе"):
        read_document(tmp_path / "a.txt")


def test_what_is_no_file_is_neither_waited_for_nor_read_without_end(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", Path("/dev/zero"), Path("/dev/null")):
        with pytest.raises(NotTaken, match="устройство или канал"):
            read_file(path)
    (tmp_path / "large").write_bytes(b"x" * 11)
    with pytest.raises(NotTaken, match="больше"):
        read_file(tmp_path / "large", most=10)
    assert read_file(tmp_path / "large", most=11) == b"x" * 11
    with pytest.raises(IsADirectoryError):
        read_file(tmp_path)
    with pytest.raises(NotTaken, match="недопустимый знак"):
        read_file(Path("a\0b"))


def test_a_yaml_of_endless_entries_is_refused_at_its_line(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_text("a:\n" + "- {b: 1, c: 2}\n" * 100_000, encoding="utf-8")
    with pytest.raises(CatalogueError, match=r"^a.yaml: строка \d+, .*слишком много записей"):
        load_catalogue(path)
    path.write_text("#" * (3 * MB), encoding="utf-8")
    with pytest.raises(ContactsError, match=r"^a.yaml: файл больше 2 МБ"):
        read_contacts(path)
