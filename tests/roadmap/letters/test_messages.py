"""The words of a letter: what, by when, how long, whose, what to do; escaped, ranked, in right Russian."""

from datetime import date, timedelta
from html.parser import HTMLParser
from typing import Any, get_args

import pytest

from roadmap.control.reminders import RANK, Reason
from roadmap.language import plural
from roadmap.letters import Addressee, Letter, Line, Origin, letter
from roadmap.letters.greeting import signature
from roadmap.letters.letter import shortened
from roadmap.letters.wording import SECTIONS, time_left

TODAY = date(2027, 5, 26)
ORIGIN = Origin(
    region="Краснодарский край",
    title="Комплекс мер",
    act="приказ министерства от 13.08.2021 № 2625",
    coordinator="Координатор: главный специалист, Орлова А. П.",
    reply_to="orlova@example.org",
)


def line(reason: Any = "due_soon", days: int = 5, **facts: Any) -> Line:
    values: dict[str, Any] = {
        "key": "krasnodar/2.1.3/-/2027-05-31",
        "number": "2.1.3",
        "title": "Проведение форсайт-сессии",
        "result": "аналитическая справка",
        "working_days": days,
        "source": "Приложение, раздел 2, строка 3",
        "owner": "ГБОУ ИРО",
        "executors": "ТМС, ЦНППМ",
        "deadline_on": TODAY + timedelta(days=days),
    }
    return Line(**(values | {"reason": reason, "days": days} | facts))


def written(*lines: Line, role: str = "executor", **origin: Any) -> Letter:
    source = Origin(**{name: getattr(ORIGIN, name) for name in Origin.__slots__} | origin)
    addressee = Addressee(role=role, post="Ректор института")
    return letter("В-000123", addressee, origin=source, lines=lines, today=TODAY)


class Shown(HTMLParser):
    """What a reader of the HTML sees."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self.tags: list[str] = []
        self.feed(html.partition("<body")[2].partition(">")[2])

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())


def test_the_subject_says_how_much_of_what_and_where() -> None:
    lines = [line("due_today", 0), line("overdue", -1), line("due_today", 0)]
    assert written(*lines).subject == "Сроки: просрочено — 1, срок сегодня — 2. Краснодарский край [В-000123]"


def test_a_subject_counts_three_reasons_and_sums_up_the_rest() -> None:
    lines = [line("opened"), line("overdue", -1), line("due_today", 0), line("due_soon"), line("extended")]
    assert "просрочено — 1, срок сегодня — 1, скоро срок — 1, ещё — 2. " in written(*lines).subject


@pytest.mark.parametrize(
    ("days", "working_days", "words"),
    [
        (1, 1, "остался 1 день"),
        (2, 2, "осталось 2 дня"),
        (7, 5, "осталось 7 дней (5 рабочих)"),
        (16, 11, "осталось 16 дней (11 рабочих)"),
        (31, 21, "остался 31 день (21 рабочий)"),
        (0, 0, "срок сегодня"),
        (2, 0, "осталось 2 дня, рабочих среди них нет"),
        (-1, -1, "просрочено на 1 день"),
        (-4, -2, "просрочено на 4 дня (2 рабочих)"),
        (-2, 0, "просрочено на 2 дня"),
        (-160, -112, "просрочено на 160 дней (112 рабочих)"),
    ],
)
def test_time_left_is_told_in_right_russian(days: int, working_days: int, words: str) -> None:
    assert time_left(days, working_days) == words


@pytest.mark.parametrize("n", [*range(5, 21), 25, 100, 111, 112])
def test_many_days(n: int) -> None:
    assert plural(n, "день", "дня", "дней") == "дней"


def test_every_reason_has_its_words() -> None:
    assert set(SECTIONS) == set(RANK) == set(get_args(Reason))


@pytest.mark.parametrize("reason", RANK)
def test_both_parts_of_a_letter_say_all_that_is_asked_for(reason: Reason) -> None:
    days = -8 if reason in ("overdue", "escalated", "still_overdue") else 0 if reason == "due_today" else 5
    made = written(line(reason, days, note="решение от 20.05.2027"))
    for shown in (" ".join(made.text.split()), Shown(made.html).text):
        for words in (
            "Ректор института",
            "приказ министерства от 13.08.2021 № 2625",
            "2.1.3. Проведение форсайт-сессии",
            f"{TODAY + timedelta(days=days):%d.%m.%Y}",
            "аналитическая справка",
            "решение от 20.05.2027",
            "ГБОУ ИРО",
            "ТМС, ЦНППМ",
            "Приложение, раздел 2, строка 3",
            SECTIONS[reason].todo,
            SECTIONS[reason].why,
            "Орлова А. П.",
            "orlova@example.org",
            "В-000123",
        ):
            assert words in shown
        assert "krasnodar/2.1.3" not in shown


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("Иванов Иван Петрович", "Уважаемый Иван Петрович!"),
        ("Анна Сергеевна Войнович", "Уважаемая Анна Сергеевна!"),
        ("Абрамович Иван Петрович", "Уважаемый Иван Петрович!"),
        ("Иван Петрович Абрамович", "Уважаемый Иван Петрович!"),
        ("Мамедов Али Гасан оглы", "Уважаемый Али Гасан оглы!"),
        ("Кузьмина Ольга Ильинична", "Уважаемая Ольга Ильинична!"),
        ("Салтыков-Щедрин Михаил Евграфович", "Уважаемый Михаил Евграфович!"),
        ("Лука Лукич", "Уважаемый Лука Лукич!"),
        ("Орлова А. П.", "Уважаемый коллега!"),
        ("Ахметов Руслан", "Уважаемый коллега!"),
        ("Никитична Мария", "Уважаемый коллега!"),
        ("", "Уважаемый коллега!"),
    ],
)
def test_whom_a_letter_greets(name: str, words: str) -> None:
    made = letter(
        "В-000123", Addressee(role="executor", post="Ректор", name=name), origin=ORIGIN, lines=[line()], today=TODAY
    )
    assert words in made.text
    assert words in made.html


@pytest.mark.parametrize(
    ("post", "name", "phone", "words"),
    [
        ("Координатор", "Орлова А. П.", "", "Координатор: Орлова А. П. (orlova@example.org)"),
        ("Главный специалист", "", "", "Координатор: Главный специалист (orlova@example.org)"),
        ("Координатор", "", "", "Координатор (orlova@example.org)"),
        ("Координатор дорожной карты", "", "", "Координатор дорожной карты (orlova@example.org)"),
        ("Координатор РС НМС", "Орлова А. П.", "", "Координатор РС НМС: Орлова А. П. (orlova@example.org)"),
        ("Координатор", "", "+7 (861) 123-45-67", "Координатор: тел. +7 (861) 123-45-67 (orlova@example.org)"),
        (
            "Эксперт",
            "Орлова А. П.",
            "12-34-56",
            "Координатор: Эксперт, Орлова А. П., тел. 12-34-56 (orlova@example.org)",
        ),
    ],
)
def test_the_coordinator_signs_with_the_post_said_once(post: str, name: str, phone: str, words: str) -> None:
    made = written(line(), coordinator=signature(post, name, phone))
    assert f"\n{words}." in made.text
    assert words.removesuffix(" (orlova@example.org)") in Shown(made.html).text


def test_a_list_of_letters_shows_the_most_urgent_point_beside_the_subject() -> None:
    made = written(line("opened", 30), line("overdue", -8, working_days=-6))
    assert Shown(made.html).text.startswith(
        "2.1.3. Проведение форсайт-сессии — 18.05.2027, просрочено на 8 дней (6 рабочих)"
    )


def test_sections_come_by_urgency_and_lines_by_deadline() -> None:
    lines = [line("opened", 30), line("due_soon", 3, number="9"), line("due_soon", 1, number="8"), line("overdue", -2)]
    made = written(*lines)
    for shown in (made.text, made.html):
        headings = [shown.upper().index(SECTIONS[r].heading.upper()) for r in ("overdue", "due_soon", "opened")]
        assert headings == sorted(headings)
        assert shown.index("8. Проведение") < shown.index("9. Проведение")


def test_the_order_in_which_lines_come_does_not_matter() -> None:
    lines = [line(reason, 5 - n, number=f"{n}") for n, reason in enumerate(RANK)]
    assert written(*lines) == written(*reversed(lines))


def test_words_of_a_document_cannot_break_the_html_and_stay_plain_in_the_text() -> None:
    made = written(line(title="Анализ <b>ИОМ</b> & «сессия» <script>"))
    assert "script" not in Shown(made.html).tags
    assert "Анализ <b>ИОМ</b> & «сессия» <script>" in Shown(made.html).text
    assert "Анализ <b>ИОМ</b> & «сессия» <script>" in made.text


def test_empty_facts_leave_no_empty_lines_of_words() -> None:
    made = written(line(result="", executors="", number=""), coordinator="", reply_to="")
    assert not {"Результат:", "Соисполнители:", "Координатор:", "Основание:"} & set(made.text.split())
    assert "• Проведение форсайт-сессии" in made.text


def test_the_controller_is_told_who_is_late_and_by_how_much() -> None:
    made = written(line("escalated", -7, working_days=-5), role="controller")
    assert made.subject.startswith("На контроле: передано на ваш контроль — 1.")
    assert "просрочено на 7 дней (5 рабочих)" in made.text
    assert "Ответственный: ГБОУ ИРО" in made.text
    assert "Сообщите координатору об исполнении" not in made.text


def test_the_coordinator_is_not_told_to_write_to_the_coordinator() -> None:
    made = written(line("submitted"), role="coordinator")
    assert "Координатор: " not in made.text
    assert "верните его на доработку" in made.text


def test_a_rehearsal_says_that_it_is_one() -> None:
    assert "Это репетиция" in written(line(), is_rehearsal=True).html
    assert "Это репетиция" not in written(line()).html


def test_a_plan_to_come_is_asked_for_as_dates() -> None:
    assert "2.1.3. Назвать даты проведения: Проведение" in written(line(names_dates=True)).text


def test_closed_points_do_not_speak_of_time_left() -> None:
    assert "просрочено" not in written(line("accepted", -40)).text


@pytest.mark.parametrize(
    ("words", "length", "expected"),
    [
        ("раз  два\nтри", 20, "раз два три"),
        ("раз два три", 9, "раз два …"),
        ("взаимодействие два", 9, "взаимоде…"),
        ("", 9, ""),
    ],
)
def test_long_words_are_cut_between_words(words: str, length: int, expected: str) -> None:
    assert shortened(words, length) == expected
