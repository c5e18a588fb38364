"""Word files are read as they look on paper: what is hidden, struck, moved away or raised is no text."""

import io
import zipfile

import pytest
from docx import Document as new_docx

from roadmap.documents.neutral import Document, Paragraph, Table
from tasks.documents.docx.reading import from_docx

NAMES = (
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
    'xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape" '
    'xmlns:v="urn:schemas-microsoft-com:vml"'
)


def run(text: str, look: str = "") -> str:
    return f'<w:r><w:rPr>{look}</w:rPr><w:t xml:space="preserve">{text}</w:t></w:r>'


def paragraph(*pieces: str, look: str = "") -> str:
    return f"<w:p><w:pPr>{look}</w:pPr>{''.join(pieces)}</w:p>"


def cell(*pieces: str, look: str = "") -> str:
    return f"<w:tc><w:tcPr>{look}</w:tcPr>{''.join(pieces) or paragraph()}</w:tc>"


def words(*texts: str) -> str:
    return "".join(paragraph(run(text)) for text in texts)


def table(*rows: tuple[str, ...]) -> str:
    return "<w:tbl>" + "".join(f"<w:tr>{''.join(row)}</w:tr>" for row in rows) + "</w:tbl>"


def plain(*rows: tuple[str, ...]) -> str:
    return table(*(tuple(cell(words(text)) for text in row) for row in rows))


def order(body: str, *, styles: str = "", numbering: str = "") -> bytes:
    """A Word file with this body; styles and lists are added to those of an empty one."""
    blank = io.BytesIO()
    new_docx().save(blank)
    with zipfile.ZipFile(blank) as old:
        parts = {name: old.read(name).decode("utf-8", "surrogateescape") for name in old.namelist()}
    head, _, rest = parts["word/document.xml"].partition("<w:body>")
    head = head.replace("<w:document ", f"<w:document {NAMES} ", 1) if "xmlns:w=" not in head else head
    start = head.index("<w:document")
    parts["word/document.xml"] = f"{head[:start]}<w:document {NAMES}><w:body>{body}{rest}"
    parts["word/styles.xml"] = parts["word/styles.xml"].replace("</w:styles>", f"{styles}</w:styles>")
    if numbering:
        top = parts["word/numbering.xml"].index("<w:abstractNum ")
        parts["word/numbering.xml"] = parts["word/numbering.xml"][:top] + numbering + "</w:numbering>"
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as new:
        for name, content in parts.items():
            new.writestr(name, content.encode("utf-8", "surrogateescape"))
    return out.getvalue()


def read(body: str, **parts: str) -> Document:
    return from_docx(order(body, **parts), "order.docx")


def texts(document: Document) -> list[str]:
    return [block.text for block in document.blocks if isinstance(block, Paragraph)]


def rows(document: Document) -> list[list[tuple[str, ...]]]:
    return [[row.cells for row in block.rows] for block in document.blocks if isinstance(block, Table)]


RAISED = '<w:vertAlign w:val="superscript"/>'
HIDDEN_STYLE = '<w:style w:type="character" w:styleId="H"><w:rPr><w:vanish/></w:rPr></w:style>'
NOTE_STYLE = f'<w:style w:type="character" w:styleId="N"><w:rPr>{RAISED}</w:rPr></w:style>'
BASED = '<w:style w:type="character" w:styleId="B"><w:basedOn w:val="H"/></w:style>'
BOX = f"<w:txbxContent>{words('в рамке')}</w:txbxContent>"


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        pytest.param(run("до мая ") + run("июня", "<w:vanish/>"), ["до мая"], id="hidden words are no text"),
        pytest.param(run("до мая ") + run("июня", '<w:vanish w:val="0"/>'), ["до мая июня"], id="the switch is off"),
        pytest.param(run("июня", '<w:rStyle w:val="H"/>') + run("мая"), ["мая"], id="hidden by a style"),
        pytest.param(run("июня", '<w:rStyle w:val="B"/>') + run("мая"), ["мая"], id="by the style below a style"),
        pytest.param(
            run("мая", '<w:rStyle w:val="H"/><w:vanish w:val="false"/>'), ["мая"], id="shown in spite of the style"
        ),
        pytest.param(run("до июня", "<w:strike/>") + run("до мая"), ["до мая"], id="struck out"),
        pytest.param(run("до июня", "<w:dstrike/>") + run("до мая"), ["до мая"], id="struck out twice"),
        pytest.param(f"<w:moveFrom>{run('старое')}</w:moveFrom>{run('новое')}", ["новое"], id="moved away"),
        pytest.param(f"<w:moveTo>{run('новое')}</w:moveTo>", ["новое"], id="moved here"),
        pytest.param(run("2027") + run("1", RAISED), ["2027"], id="the sign of a note"),
        pytest.param(run("2027 г.") + run("2)", '<w:rStyle w:val="N"/>'), ["2027 г."], id="a note by its style"),
        pytest.param(run("до 10") + run("00", RAISED) + run(" часов"), ["до 10:00 часов"], id="raised minutes"),
        pytest.param(run("1") + run("й", RAISED) + run(" квартал"), ["1й квартал"], id="a raised ending"),
        pytest.param(
            run("до")
            + "<w:r><mc:AlternateContent><mc:Choice Requires='wps'><w:drawing><wps:txbx>"
            + f"{BOX}</wps:txbx></w:drawing></mc:Choice><mc:Fallback><w:pict><v:textbox>{BOX}"
            + "</v:textbox></w:pict></mc:Fallback></mc:AlternateContent></w:r>"
            + run(" мая"),
            ["до мая", "в рамке"],
            id="a text box is read once, after its paragraph",
        ),
        pytest.param(
            "<w:r><mc:AlternateContent><mc:Choice Requires='wps'/><mc:Fallback><w:pict><v:textbox>"
            + f"{BOX}</v:textbox></w:pict></mc:Fallback></mc:AlternateContent></w:r>",
            ["в рамке"],
            id="a text box for old programs alone",
        ),
        pytest.param(
            run("1. Провести семинар.") + "<w:r><w:br/></w:r>" + run("Срок: май"),
            ["1. Провести семинар.", "Срок: май"],
            id="a line break before «Срок:» parts",
        ),
        pytest.param(
            run("Об утверждении") + "<w:r><w:br/></w:r>" + run("плана"),
            ["Об утверждении плана"],
            id="a line break inside a title does not",
        ),
    ],
)
def test_words_are_those_that_are_seen(body: str, expected: list[str]) -> None:
    assert texts(read(paragraph(body), styles=HIDDEN_STYLE + NOTE_STYLE + BASED)) == expected


def test_a_cell_keeps_its_lines() -> None:
    body = table(
        (cell(words("институт", "министерство")), cell(paragraph(run("май") + "<w:r><w:br/></w:r>" + run("июнь"))))
    )
    (found,) = [block for block in read(body).blocks if isinstance(block, Table)]
    (row,) = found.rows
    assert row.cells == ("институт министерство", "май июнь")
    assert [row.lines_of(at) for at in (0, 1)] == [("институт", "министерство"), ("май", "июнь")]


HEADER = ("Мероприятие", "Срок", "Ответственный")
FIRST = ("Семинар", "май 2027 г.", "институт")
INNER = plain(HEADER, FIRST)
ODD = plain(("Дело", "Кто"), ("Провести большой семинар для всех директоров школ", "институт"))


@pytest.mark.parametrize(
    ("body", "paragraphs", "tables"),
    [
        pytest.param(
            table((cell(words("План на 2027 год") + INNER),)), ["План на 2027 год"], [[HEADER, FIRST]], id="frame"
        ),
        pytest.param(
            table((cell(words("Меню")), cell(words("План") + INNER))), ["Меню", "План"], [[HEADER, FIRST]], id="columns"
        ),
        pytest.param(table((cell(table((cell(INNER),))),)), [], [[HEADER, FIRST]], id="a frame in a frame"),
        pytest.param(
            table((cell(words("Меню")), cell(ODD))),
            ["Меню"],
            [[("Дело", "Кто"), ("Провести большой семинар для всех директоров школ", "институт")]],
            id="a table with a header that nobody knows, larger than all around it",
        ),
        pytest.param(
            table(tuple(map(cell, map(words, HEADER))), (cell(words("Семинар") + INNER), cell(words("июнь")), cell())),
            [],
            [[HEADER, ("Семинар", "июнь", "")], [HEADER, FIRST]],
            id="a roadmap in a cell of a roadmap stands after it",
        ),
        pytest.param(
            table((cell(words("1. Провести семинар.", "2. Провести форум.")),)),
            ["1. Провести семинар.", "2. Провести форум."],
            [],
            id="a frame around points",
        ),
        pytest.param(
            table((cell(words("1. Семинар.", "2. Форум.")), cell(words("3. Слёт.")))),
            ["1. Семинар.", "2. Форум.", "3. Слёт."],
            [],
            id="points side by side",
        ),
    ],
)
def test_a_table_that_lays_out_the_page_is_what_stands_in_it(
    body: str, paragraphs: list[str], tables: list[list[tuple[str, ...]]]
) -> None:
    document = read(body)
    assert (texts(document), rows(document)) == (paragraphs, tables)


def test_hidden_and_deleted_rows_are_no_rows() -> None:
    body = "".join(
        f"<w:tr><w:trPr>{look}</w:trPr>{cell(words(text))}{cell(words(text))}</w:tr>"
        for text, look in (("есть", ""), ("скрыта", "<w:hidden/>"), ("удалена", "<w:del/>"))
    )
    assert rows(read(f"<w:tbl>{body}</w:tbl>")) == [[("есть", "есть")]]


def listed(form: str, words: str = "%1.", *, start: int = 1) -> str:
    level = (
        f'<w:lvl w:ilvl="0"><w:start w:val="{start}"/><w:numFmt w:val="{form}"/><w:lvlText w:val="{words}"/></w:lvl>'
    )
    anew = '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="1"/></w:lvlOverride>'
    lists = [f'<w:num w:numId="{n}"><w:abstractNumId w:val="9"/>{anew if n == 3 else ""}</w:num>' for n in (1, 2, 3)]
    return f'<w:abstractNum w:abstractNumId="9">{level}</w:abstractNum>{"".join(lists)}'


def point(text: str, n: int = 1, mark: str = "") -> str:
    properties = f'<w:numPr><w:ilvl w:val="0"/><w:numId w:val="{n}"/></w:numPr><w:rPr>{mark}</w:rPr>'
    return paragraph(run(text) if text else "", look=properties)


@pytest.mark.parametrize(
    ("points", "numbering", "expected"),
    [
        pytest.param(
            [point("а"), point("б", 2)],
            listed("decimal"),
            ["1. а", "2. б"],
            id="lists of one pattern count on together",
        ),
        pytest.param(
            [point("а"), point("б", 3), point("в", 3)], listed("decimal"), ["1. а", "1. б", "2. в"], id="anew"
        ),
        pytest.param([point("а"), point("б")], listed("russianLower", "%1)"), ["а) а", "б) б"], id="Russian letters"),
        pytest.param([point("а")], listed("russianLower", "%1)", start=10), ["к) а"], id="without «ё» and «й»"),
        pytest.param([point("а"), point("б")], listed("upperRoman"), ["I. а", "II. б"], id="Roman numbers"),
        pytest.param(
            [point("а"), point("", 1, "<w:del/>"), point("б")], listed("decimal"), ["1. а", "2. б"], id="deleted"
        ),
    ],
)
def test_numbers_are_those_that_word_shows(points: list[str], numbering: str, expected: list[str]) -> None:
    assert texts(read("".join(points), numbering=numbering)) == expected


def test_a_number_before_the_measure_stands_in_a_column_of_its_own() -> None:
    body = table(
        tuple(cell(words(text)) for text in HEADER),
        (cell(words("Раздел 1"), look='<w:gridSpan w:val="3"/>'),),
        (cell(point("Семинар")), cell(words("май")), cell(words("институт"))),
        (cell(point("Форум")), cell(words("июнь")), cell(words("институт"))),
    )
    assert rows(read(body, numbering=listed("decimal"))) == [
        [
            ("№ п/п", *HEADER),
            ("Раздел 1", "", "", ""),
            ("1.", "Семинар", "май", "институт"),
            ("2.", "Форум", "июнь", "институт"),
        ]
    ]


def test_a_document_with_macros_is_read_and_none_is_run() -> None:
    content = order(words("ПРИКАЗ"))
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            part = old.read(name).replace(
                b"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml",
                b"application/vnd.ms-word.document.macroEnabled.main+xml",
            )
            new.writestr(name, part)
    assert texts(from_docx(out.getvalue(), "order.docm")) == ["ПРИКАЗ"]
