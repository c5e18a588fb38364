"""The form of a data point in a real browser without scripts: on a phone and on a desk."""

from pathlib import Path

import pytest
from openpyxl import load_workbook
from playwright.sync_api import Browser, Page

from models import IndicatorValue
from roadmap.monitoring.indicators.submission import Given
from tests.places import OUT
from tests.worlds.asked import Asked


def screen(chromium: Browser, width: int) -> Page:
    context = chromium.new_context(
        viewport={"width": width, "height": 800}, locale="ru-RU", java_script_enabled=False, accept_downloads=True
    )
    page = context.new_page()
    page.set_default_timeout(20_000)
    return page


def fits(page: Page, width: int) -> bool:
    """Whether nothing sticks out of the screen to the right."""
    widest = page.locator("main, main *").evaluate_all(
        "all => Math.max(...all.map(e => e.getBoundingClientRect().right))"
    )
    return bool(widest <= width + 1)


@pytest.mark.parametrize("width", [360, 1280])
def test_an_official_fills_in_the_form_mends_it_and_sends_a_file(
    asked: Asked, chromium: Browser, width: int, tmp_path: Path
) -> None:
    asked.earlier("2026-Q1", Given("trained", 1200, 3000))
    page = screen(chromium, width)
    page.goto(asked.link)
    page.locator(f'a[href$="/data/{asked.point_id}"]').click()
    page.screenshot(path=OUT / f"measures-form-{width}.png", full_page=True)
    assert fits(page, width)
    assert page.locator("#n1").input_value() == "1200"

    page.locator("#n1").fill("3200")
    page.locator("#n2").fill("семь")
    page.get_by_role("button", name="Отправить данные").click()
    assert page.locator(".fault").all_inner_texts() == [
        "Часть (3 200) больше целого (3 000): проверьте оба числа".replace(" 200", "\u00a0200").replace(
            " 000", "\u00a0000"
        ),
        "«семь» — не число: впишите его цифрами, например 120",
    ]
    assert (page.locator("#n2").input_value(), page.locator("#d1").input_value()) == ("семь", "3000")
    page.screenshot(path=OUT / f"measures-faults-{width}.png", full_page=True)
    assert fits(page, width)

    page.locator("#n1").fill("1 300")
    page.locator("#n2").fill("7")
    page.get_by_role("button", name="Отправить данные").click()
    assert "Остались показатели без ответа" in page.get_by_role("status").inner_text()

    with page.expect_download() as download:
        page.get_by_role("link", name="Скачать форму .xlsx").click()
    form = tmp_path / download.value.suggested_filename
    download.value.save_as(form)
    assert form.name == "Показатели за II квартал 2026 г., ИРО.xlsx"
    book = load_workbook(form)
    book["Показатели"]["J7"] = "да"
    book["Показатели"]["J6"] = 8
    book["Показатели"]["M6"] = "нашли ещё одно"
    book.save(form)
    page.get_by_label("Заполненная форма").set_input_files(form)
    page.get_by_role("button", name="Отправить файл").click()
    assert "данные переданы полностью" in page.get_by_role("status").inner_text()
    page.screenshot(path=OUT / f"measures-done-{width}.png", full_page=True)
    assert fits(page, width)

    mine = [row for row in asked.pages.rows(IndicatorValue) if row.round_id == asked.round_id]
    assert [(row.indicator_code, row.numerator, row.source) for row in mine] == [
        ("trained", 1300.0, "form"),
        ("events", 7.0, "form"),
        ("events", 8.0, "xlsx"),
        ("policy", 1.0, "xlsx"),
    ]
    assert asked.pages.status(asked.point_id) == "accepted"
