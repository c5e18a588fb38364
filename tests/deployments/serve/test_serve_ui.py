"""The timeline of the Prefect pages has Russian letters."""

import re
import shutil
from pathlib import Path

import httpx
import prefect

from deployments.serve.prefect import PrefectServer
from deployments.serve.ui_font import LATIN, RUSSIAN, widen_letters


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


def test_the_server_hands_out_pages_that_can_draw_russian_names(prefect_server: PrefectServer) -> None:
    page = httpx.get(f"{prefect_server.url}/").text
    scripts = re.findall(r'(?:src|href)="([^"]+\.js)"', page)
    assert any(RUSSIAN in httpx.get(f"{prefect_server.url}{src}").text for src in scripts)
