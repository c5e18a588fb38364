"""A file is what it holds, whatever its name says; archives are their documents; what is wanted for a kind is said."""

import io
import zipfile
from collections.abc import Callable
from email.message import EmailMessage
from pathlib import Path

import pytest
from docx import Document as new_docx
from openpyxl import Workbook

from roadmap.documents.neutral import Document, Paragraph
from tasks.documents.reader import read_document
from tasks.files.errors import DocumentRefused

WORDS = "План мероприятий на 2027 год"
PAGE = f"<html><body><p>{WORDS}</p></body></html>"
COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600


def docx(*texts: str) -> bytes:
    document, out = new_docx(), io.BytesIO()
    for text in texts or (WORDS,):
        document.add_paragraph(text)
    document.save(out)
    return out.getvalue()


def xlsx() -> bytes:
    book, out = Workbook(), io.BytesIO()
    assert book.active is not None
    book.active.append([WORDS])
    book.save(out)
    return out.getvalue()


def mht(page: str = PAGE, *, charset: str = "windows-1251") -> bytes:
    message = EmailMessage()
    message.set_content(page, subtype="html", charset=charset)
    message.add_related(b"\x89PNG", "image", "png")
    return message.as_bytes()


def packed(*entries: tuple[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in entries:
            archive.writestr(name, content)
    return out.getvalue()


def texts(document: Document) -> list[str]:
    return [block.text for block in document.blocks if isinstance(block, Paragraph)]


def written(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


@pytest.mark.parametrize(
    ("name", "make"),
    [
        pytest.param("order.doc", docx, id="a .docx named .doc"),
        pytest.param("order", docx, id="a .docx without an ending"),
        pytest.param("order.pdf", docx, id="a .docx named .pdf"),
        pytest.param("order.docx", xlsx, id="a workbook named .docx"),
        pytest.param("order.doc", PAGE.encode, id="a page named .doc, as Word saves it"),
        pytest.param("order.txt", lambda: PAGE.encode("utf-16"), id="a page in UTF-16 named .txt"),
        pytest.param("order.docx", WORDS.encode, id="text named .docx"),
        pytest.param("order.doc", lambda: WORDS.encode("cp1251"), id="text of Windows named .doc"),
        pytest.param("order.txt", lambda: WORDS.encode("utf-16"), id="text in UTF-16"),
        pytest.param("order.mht", mht, id="a page as one file"),
        pytest.param("order.doc", lambda: mht(charset="utf-8"), id="a page as one file named .doc"),
        pytest.param("order.docx", lambda: packed(("order.docx", docx())), id="an archive named .docx"),
    ],
)
def test_a_file_is_read_by_what_it_holds(name: str, make: Callable[[], bytes], tmp_path: Path) -> None:
    assert WORDS in texts(read_document(written(tmp_path / name, make())))


def test_a_page_as_one_file_is_read_in_the_letters_of_its_part(tmp_path: Path) -> None:
    page = PAGE.replace("<body>", "<head><meta charset=utf-8></head><body>")
    assert texts(read_document(written(tmp_path / "a.mht", mht(page)))) == [WORDS]


def test_an_archive_is_its_documents_in_the_order_of_their_numbers(tmp_path: Path) -> None:
    entries = [
        ("Приложение 10.docx", docx("десятое")),
        ("Приложение 2.txt", "второе".encode()),
        ("Приказ.docx", docx("приказ")),
        ("Приказ.docx.sig", b"\x01\x02"),
        ("__MACOSX/._Приказ.docx", b"\x01"),
    ]
    document = read_document(written(tmp_path / "order.zip", packed(*entries)))
    assert document.name == "order.zip"
    assert texts(document) == ["приказ", "второе", "десятое"]
    assert document.blocks[0].place == "Приказ.docx, абзац 1"  # type: ignore[union-attr]


class OfWindows(zipfile.ZipInfo):
    """An entry named as Windows names it for DOS."""

    def _encodeFilenameFlags(self) -> tuple[bytes, int]:
        return self.filename.encode("cp866"), 0


def test_russian_names_as_windows_writes_them_are_read(tmp_path: Path) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(OfWindows("Приказ.txt"), WORDS.encode())
        archive.writestr(OfWindows("Отчёт.jpg"), b"\xff\xd8\xff")
    with pytest.raises(DocumentRefused, match=r"a\.zip: Отчёт\.jpg: "):
        read_document(written(tmp_path / "a.zip", out.getvalue()))


LETTER = EmailMessage()
LETTER.set_content("Направляем приказ.")
LETTER.add_attachment(b"PK", "application", "zip", filename="order.zip")


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        pytest.param("a.jpg", b"\xff\xd8\xff\xe0" + b"x" * 50, "изображение", id="a picture"),
        pytest.param("a.docx", b"\x89PNG\r\n\x1a\n" + b"x" * 50, "изображение", id="a picture named .docx"),
        pytest.param("a.rar", b"Rar!\x1a\x07" + b"x" * 50, "распакуйте", id="an archive of another kind"),
        pytest.param("a.bin", bytes(range(256)), r"формат «\.bin».*\.docx.*\.xlsx", id="anything else"),
        pytest.param("a.xlsx", b"PK", r"формат «\.xlsx»", id="two letters are no text"),
        pytest.param("a.doc", COMPOUND, "старый формат", id="an old container of nothing known"),
        pytest.param("a.doc", COMPOUND + "EncryptedPackage".encode("utf-16-le"), "паролем", id="a locked document"),
        pytest.param("a.eml", LETTER.as_bytes(), "вложениями", id="a letter with a document"),
        pytest.param("a.mht", b"MIME-Version: 1.0\nContent-Type: multipart/related\n\n", "нет страницы", id="no page"),
        pytest.param("a.zip", packed(), "нет документов", id="an empty archive"),
        pytest.param("a.zip", packed(("b.sig", b"1")), "нет документов", id="a signature alone"),
        pytest.param("a.zip", packed(("b.zip", packed(("c.txt", b"1")))), "a.zip: b.zip: архив в архиве", id="nested"),
        pytest.param(
            "a.zip", packed(("b.docx", docx()), ("c.jpg", b"\xff\xd8\xff")), "a.zip: c.jpg: ", id="one of two"
        ),
    ],
)
def test_what_is_no_document_is_one_line(name: str, content: bytes, why: str, tmp_path: Path) -> None:
    with pytest.raises(DocumentRefused, match=why) as refused:
        read_document(written(tmp_path / name, content))
    assert str(refused.value).startswith(f"{name}: ")
    assert "\n" not in str(refused.value)


def test_an_archive_that_swells_is_refused(tmp_path: Path) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for n in range(3):
            archive.writestr(f"{n}.txt", b" " * (40 * 1024 * 1024))
    with pytest.raises(DocumentRefused, match="100 МБ"):
        read_document(written(tmp_path / "a.zip", out.getvalue()))


@pytest.mark.parametrize(
    ("name", "content", "wanted"),
    [
        ("a.rtf", b"{\\rtf1 x}", "libreoffice-writer"),
        ("a.doc", COMPOUND + "WordDocument".encode("utf-16-le"), "libreoffice-writer"),
        ("a.xls", COMPOUND + "Workbook".encode("utf-16-le"), "libreoffice-calc"),
        ("a.odt", packed(("mimetype", b"application/vnd.oasis.opendocument.text")), "libreoffice-writer"),
        ("a.ods", packed(("mimetype", b"application/vnd.oasis.opendocument.spreadsheet")), "libreoffice-calc"),
    ],
)
def test_without_libreoffice_it_is_said_what_to_install(
    name: str, content: bytes, wanted: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(DocumentRefused, match=f"{name}: .*установите пакет {wanted}"):
        read_document(written(tmp_path / name, content))
