"""An official with a phone, in a real browser without scripts."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from models import Evidence
from tests.places import OUT
from tests.worlds.pages import Pages


@pytest.fixture
def phone(chromium: Browser) -> Page:
    """As wide as a small phone, with scripts switched off."""
    page = chromium.new_context(
        viewport={"width": 360, "height": 740}, locale="ru-RU", java_script_enabled=False, has_touch=True
    ).new_page()
    page.set_default_timeout(20_000)
    return page


def fits(page: Page) -> bool:
    """Whether nothing sticks out of the screen to the right."""
    widest = page.locator("main, main *").evaluate_all(
        "all => Math.max(...all.map(e => e.getBoundingClientRect().right))"
    )
    return bool(widest <= 361)


def test_an_official_reports_with_a_file_from_a_phone(pages: Pages, phone: Page, tmp_path: Path) -> None:
    point_id = pages.point("1.1", days=4)
    pages.point("1.2", days=-6)
    pages.point("1.1", days=0)
    pages.point("1.2", days=40, status="planned", opens_on=pages.today)
    pages.point("1.1", days=-1, status="submitted", submitted_on=pages.today)
    scan = tmp_path / "Протокол № 4.pdf"
    scan.write_bytes(b"%PDF-1.7\n" + b"0" * 300_000)

    phone.goto(pages.link("Ректор", channel=True))
    phone.screenshot(path=OUT / "official-list.png", full_page=True)
    assert phone.locator("h2").first.inner_text().startswith("Просрочено")
    assert fits(phone)
    phone.locator(f'a[href$="/point/{point_id}"]').click()
    phone.screenshot(path=OUT / "official-card.png", full_page=True)
    assert fits(phone)
    phone.get_by_text("Исполнено", exact=True).click()
    phone.get_by_label("или файл").first.set_input_files(scan)
    phone.get_by_label("Пояснение, если нужно").fill("Сессия прошла 20 мая, участвовали 48 методистов.")
    phone.screenshot(path=OUT / "official-report.png", full_page=True)
    phone.get_by_role("button", name="Сообщить об исполнении").click()
    phone.get_by_role("status").wait_for()
    phone.screenshot(path=OUT / "official-reported.png", full_page=True)

    assert pages.status(point_id) == "submitted"
    (proof,) = pages.rows(Evidence)
    assert (proof.file_name, proof.media_type, proof.size) == (scan.name, "application/pdf", scan.stat().st_size)
    with phone.expect_download() as download:
        phone.get_by_role("link", name=scan.name).click()
    assert download.value.suggested_filename == scan.name
    assert Path(download.value.path()).read_bytes() == scan.read_bytes()
