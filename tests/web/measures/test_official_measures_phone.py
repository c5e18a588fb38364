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


def seen(page: Page) -> list[str]:
    """The steps that are seen."""
    return [str(one.get_attribute("id")) for one in page.locator(".step").all() if one.is_visible()]


def test_on_a_phone_many_indicators_are_filled_in_one_by_one(asked: Asked, chromium: Browser) -> None:
    asked.ask_more(5)
    page = screen(chromium, 390)
    page.goto(asked.url)
    assert seen(page) == ["step-1"]
    assert page.locator("form.measures button:visible").count() == 0
    assert fits(page, 390)
    page.locator("#n1").fill("12")
    page.locator("#d1").fill("100")
    page.locator("#n1").press("Enter")
    assert seen(page) == ["step-1"], "half a form does not leave by a slip"
    for number in (2, 3, 4, 5):
        page.locator(".step:visible").get_by_role("link", name="Далее").click()
        assert seen(page) == [f"step-{number}"]
        if number == 3:
            page.locator("#n3").select_option("да")
        else:
            page.locator(f"#n{number}").fill("семь" if number == 4 else f"{number}")
    page.locator(".step:visible").get_by_role("link", name="Назад").click()
    assert (seen(page), page.locator("#n4").input_value()) == (["step-4"], "семь")
    page.get_by_role("link", name="К отправке").click()
    page.get_by_role("button", name="Отправить данные").click()
    assert seen(page) == ["step-4"], "the first that is wrong"
    page.get_by_role("link", name="Показатель 4").click()
    page.wait_for_function("document.activeElement.id === 'n4'")
    assert (page.locator("#n1").input_value(), page.locator("#n5").input_value()) == ("12", "5")
    page.locator("#n4").fill("4")
    page.get_by_role("link", name="К отправке").click()
    page.get_by_role("button", name="Отправить данные").click()
    assert "данные переданы полностью" in page.get_by_role("status").inner_text()


def test_on_a_desk_they_are_all_seen_at_once(asked: Asked, chromium: Browser) -> None:
    asked.ask_more(5)
    page = screen(chromium, 1280)
    page.goto(asked.url)
    assert seen(page) == [*(f"step-{n}" for n in range(1, 6)), "step-send"]
    assert not page.get_by_role("link", name="Далее").first.is_visible()


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
