"""The template of the note: the kept one is the one that is made; a broken one is refused in one line that names it."""

import io
import sys
from collections.abc import Callable
from pathlib import Path
from subprocess import run

import pytest
from docx import Document
from playwright.sync_api import Browser, Page, Request

from roadmap.monitoring.report.view import report_of
from roadmap.monitoring.snapshot import Snapshot
from tasks.files.errors import DocumentRefused
from tasks.monitoring.report.charts import charts_of
from tasks.monitoring.report.docx import DEFAULT, report_docx
from tasks.monitoring.report.html import report_html
from tasks.prefect.cards.report_artifacts import charts_markdown, summary_markdown
from tests.places import OUT, ROOT


def template(path: Path, *lines: str) -> Path:
    document = Document()
    for line in lines:
        document.add_paragraph(line)
    document.save(str(path))
    return path


def written(path: Path | None, snapshot: Snapshot) -> str:
    content = report_docx(report_of(snapshot), {}, template=path, as_of=snapshot.as_of)
    return "\n".join(paragraph.text for paragraph in Document(io.BytesIO(content)).paragraphs)


@pytest.mark.usefixtures("own_programs")
def test_the_kept_template_is_the_one_that_is_made() -> None:
    code = "from docs.make_note_template import make; import sys; sys.stdout.buffer.write(make())"
    made = run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, check=True).stdout
    assert made == DEFAULT.read_bytes()


def test_a_coordinators_template_is_used(tmp_path: Path, snapshot_of: Callable[..., Snapshot]) -> None:
    own = template(
        tmp_path / "own.docx", "Сводка: {{ region }}", "{%p for line in summary %}", "{{ line }}", "{%p endfor %}"
    )
    said = written(own, snapshot_of(count=4, silent=1))
    assert said.startswith("Сводка: Московская область\nДанные за")


@pytest.mark.parametrize(
    ("lines", "why"),
    [
        pytest.param(("{{ regoin }} {{ act }}",), "неизвестное поле", id="a field that there is not"),
        pytest.param(("{{ region }}", "{%p for line in summary %}"), "ошибка в теге", id="a loop without an end"),
        pytest.param(("{{ region",), "ошибка в теге", id="a tag without an end"),
        pytest.param(("Справка",), "нет ни одного поля", id="no field at all"),
        pytest.param(("{{ region.__class__.__mro__ }}",), "unsafe", id="reaching for what is no field"),
    ],
)
def test_a_broken_template_is_one_line_that_names_it(
    lines: tuple[str, ...], why: str, tmp_path: Path, snapshot_of: Callable[..., Snapshot]
) -> None:
    own = template(tmp_path / "own.docx", *lines)
    with pytest.raises(DocumentRefused, match=why) as refused:
        written(own, snapshot_of("krasnodar"))
    assert str(own) in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        pytest.param(None, "не читается", id="it is not there"),
        pytest.param(b"", "не документ Word", id="empty"),
        pytest.param(b"PK\x03\x04 no zip", "не документ Word", id="torn"),
    ],
)
def test_what_is_no_template_is_refused(
    content: bytes | None, why: str, tmp_path: Path, snapshot_of: Callable[..., Snapshot]
) -> None:
    own = tmp_path / "own.docx"
    if content is not None:
        own.write_bytes(content)
    with pytest.raises(DocumentRefused, match=why):
        written(own, snapshot_of("krasnodar"))


def test_the_note_in_a_browser(chromium: Browser, snapshot_of: Callable[..., Snapshot]) -> None:
    snapshot = snapshot_of()
    note, charts = report_of(snapshot, zone="Europe/Moscow"), charts_of(snapshot)
    for name, width in (("wide", 1000), ("phone", 390)):
        page = chromium.new_page(viewport={"width": width, "height": 1200})
        asked = _requests_of(page)
        page.set_content(report_html(note, charts).decode())
        page.screenshot(path=OUT / f"note-{name}.png", full_page=True)
        assert [url for url in asked if not url.startswith(("data:", "about:"))] == []
        assert page.evaluate("[...document.images].every(image => image.complete && image.naturalWidth > 500)")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert page.locator("figure").count() == len(charts)
        page.close()


@pytest.mark.usefixtures("unpainted")
def test_the_artifacts_hold_the_summary_and_every_chart(snapshot_of: Callable[..., Snapshot]) -> None:
    snapshot = snapshot_of()
    note, charts = report_of(snapshot), charts_of(snapshot, form="screen")
    summary, pictures = summary_markdown(note), charts_markdown(note, charts)
    assert "| 3 | Доля педагогических работников" in summary
    assert snapshot.sha256 in summary
    assert pictures.count("](data:image/png;base64,") == len(charts)
    assert "\\<№ 1\\> &amp; филиал" in pictures


def _requests_of(page: Page) -> list[str]:
    """The addresses that a page asks for, as it goes on."""
    asked: list[str] = []

    def note(request: Request) -> None:
        asked.append(request.url)

    page.on("request", note)
    return asked
