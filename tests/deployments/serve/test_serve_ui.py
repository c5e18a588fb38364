"""The Prefect pages are mended in the copy that the server is told to serve."""

import re
import shutil
from pathlib import Path

import httpx
import prefect

from deployments.serve.prefect import PrefectServer
from deployments.serve.ui_pages import (
    ALL_NAMES,
    ENGLISH_NAMES,
    LATIN,
    RUSSIAN,
    add_links,
    name_states,
    show_card_first,
    widen_letters,
)
from roadmap.control.state import FINAL, NAMES, ON_RUNS
from tasks.prefect.names import Link


def test_the_letters_of_the_installed_pages_are_widened_once(tmp_path: Path) -> None:
    shutil.copytree(Path(str(prefect.__ui_static_path__)), tmp_path / "v1")
    assert widen_letters(tmp_path)
    (script,) = [one for one in tmp_path.glob("v1/assets/index-*.js") if RUSSIAN in one.read_text(encoding="utf-8")]
    written = script.read_bytes()
    assert LATIN not in written.decode()
    assert widen_letters(tmp_path)
    assert script.read_bytes() == written


def test_pages_of_another_make_are_left_as_they_are(tmp_path: Path) -> None:
    script = tmp_path / "v1" / "assets" / "index-1.js"
    script.parent.mkdir(parents=True)
    script.write_text("letters=1", encoding="utf-8")
    assert not widen_letters(tmp_path)
    assert script.read_text(encoding="utf-8") == "letters=1"
    assert not widen_letters(tmp_path / "nowhere")


def test_the_installed_pages_ask_for_our_states(tmp_path: Path) -> None:
    shutil.copytree(Path(str(prefect.__ui_static_path__)), tmp_path / "v1")
    assert name_states(tmp_path)
    assert name_states(tmp_path)
    (script,) = [one for one in tmp_path.glob("v1/assets/index-*.js") if ALL_NAMES in one.read_text(encoding="utf-8")]
    assert ENGLISH_NAMES not in script.read_text(encoding="utf-8")
    assert set(ON_RUNS) > FINAL
    assert set(NAMES.values()) - set(ON_RUNS) == {"Запланировано", "В истории"}


def test_the_installed_page_of_a_run_opens_on_its_card(tmp_path: Path) -> None:
    shutil.copytree(Path(str(prefect.__ui_static_path__)), tmp_path / "v1")
    assert show_card_first(tmp_path)
    (script,) = tmp_path.glob("v1/assets/FlowRun-*.js")
    text = script.read_text(encoding="utf-8")
    assert "(`tab`,`Artifacts`)" in text
    assert (text.count("{label:`Artifacts`"), text.count("{label:`Logs`}")) == (1, 1)
    assert show_card_first(tmp_path)
    assert script.read_text(encoding="utf-8") == text


def test_every_page_gets_one_line_of_links_and_the_newest(tmp_path: Path) -> None:
    for version in ("v1", "v2"):
        (tmp_path / version).mkdir()
        (tmp_path / version / "index.html").write_text("<body><div id=app></div></body>", encoding="utf-8")
    assert add_links(tmp_path, [Link("Старое", "/old")])
    assert add_links(tmp_path, [Link("Просрочено", "/runs?state=1&tag=<2>")])
    for page in tmp_path.glob("v*/index.html"):
        text = page.read_text(encoding="utf-8")
        assert text.count("<nav") == text.count("</body>") == 1
        assert '<a href="/runs?state=1&amp;tag=&lt;2&gt;">Просрочено</a>' in text
    assert not add_links(tmp_path / "nowhere", [])


def test_the_old_pages_open_first_and_the_new_open_too(prefect_server: PrefectServer) -> None:
    html = {"Accept": "text/html", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}
    opened = httpx.get(f"{prefect_server.url}/prefect/", headers=html)
    assert (opened.status_code, "vekha-links" in opened.text) == (200, True)
    told = httpx.get(f"{prefect_server.url}/prefect/ui-settings").json()
    assert (told["default_ui"], told["available_uis"]) == ("v1", ["v1", "v2"])
    other = httpx.get(f"{prefect_server.url}/prefect/v2/", headers=html)
    assert (other.status_code, "vekha-links" in other.text) == (200, True)


def test_the_server_hands_out_pages_that_can_draw_russian_names(prefect_server: PrefectServer) -> None:
    page = httpx.get(f"{prefect_server.url}/prefect/").text
    scripts = re.findall(r'(?:src|href)="([^"]+\.js)"', page)
    assert any(RUSSIAN in httpx.get(f"{prefect_server.url}{src}").text for src in scripts)
