"""Writes docs/reading.md, the list of every form that is read, from the grammar's own cases.

Run ``python docs/make_reading.py`` after a case is added; a test holds that the page is up to date.
"""

import json
import sys
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "reading.md"
CASES = ROOT / "tests" / "roadmap" / "terms" / "terms_cases.jsonl"
PERIOD_CASES = CASES.with_name("period_cases.jsonl")
START, END = date(2022, 1, 1), date(2024, 12, 31)
SHOWN, VARIANTS = 3, 3
HEADINGS = {
    "windows": "Сроки с днями",
    "recurring": "Повторяющиеся сроки",
    "continuous": "Непрерывные сроки",
    "relative": "Сроки от события",
    "external": "Сроки по плану, который ещё появится",
    "on_demand": "Сроки без дат",
    "question": "Что остаётся вопросом",
}
INTRO = f"""# Какие сроки читает Веха

Страница составлена из примеров самой грамматики командой `python docs/make_reading.py`; каждый пример — проверка.
Период в примерах: {START:%d.%m.%Y}–{END:%d.%m.%Y}. Что не понято целиком, остаётся вопросом с причиной, а не догадкой.
Сроки в рабочих днях месяца («до 5-го рабочего дня месяца») читаются с календарём региона; здесь календаря нет.
Прочитать свои слова: `vekha explain "ежеквартально до 10 числа месяца, следующего за отчётным"`.
"""
PLACED = """## Сроки без года

Год берётся из периода, если срок попадает в него ровно один раз (правило `year-of-period`); такие сроки стоит
проверить. «В течение года», «весь год», «до конца года» понятны в плане на один год, календарный или учебный. Если
способов прочесть несколько, остаётся вопрос, а к нему предлагаются ответы; каждый из них читается в этом же периоде.
"""
CHECKED = """## Что находит `vekha check`

Проверяется только то, что следует из самих слов документа; находки — вопросы к документу, а не отказ.

- срок не прочитан;
- срок раньше даты акта или меньше пяти рабочих дней после неё (без даты акта об этом сказано отдельно);
- мероприятие раньше прежнего мероприятия своего раздела, которое оно называет: номером («пункт 1.2») или словами его
  результата (три слова и больше);
- возможная зависимость строк таблицы: позднее названное мероприятие использует («по итогам», «реализация»,
  «внедрение»…) то, что создаёт прежнее (два слова и больше в том же порядке), а срок у него раньше; это вопрос;
- поручение и строка таблицы об одном (тот же вид, семь из десяти слов общие), а ответственные разные;
- ответственный или исполнитель, которого нет среди органов или который опознан не целиком («Министерство
  просвещения» при известном «Министерство»); скобки, лица и «в рамках …» органами не считаются;
- подтверждение, которое не подходит к виду мероприятия (сессия с результатом «соглашение»): вид каждого пункта
  пяти систем — на странице [kinds.md](kinds.md);
- сокращение «далее – …», введённое повторно;
- одно мероприятие у одного ответственного дважды;
- срок в нерабочий день; у сессии это вопрос;
- месяц, в котором у органа не меньше пяти сроков и вдвое больше его среднего.
"""


def page() -> str:
    """The whole page."""
    from roadmap.terms import RULES

    cases = [json.loads(line) for line in CASES.read_text(encoding="utf-8").splitlines()]
    parts = [INTRO]
    for group, heading in HEADINGS.items():
        rows = [_row(case["text"]) for case in _variants(cases) if case["group"] == group]
        second = "вопрос" if group == "question" else "прочтение"
        parts.append(f"## {heading}\n\n| слова | {second} |\n|---|---|\n" + "\n".join(rows) + "\n")
    parts.append(
        f"{PLACED}\n| период | слова | прочтение или вопрос | предлагается |\n|---|---|---|---|\n{_placed()}\n"
    )
    rules = "\n".join(f"| `{name}` | {words} |" for name, words in RULES.items())
    parts.append(f"## Правила\n\n| правило | что оно говорит |\n|---|---|\n{rules}\n")
    parts.append(CHECKED)
    return "\n".join(parts)


def _variants(cases: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The cases without more than a few of one kind: «a number in words: до пятого числа»."""
    seen: Counter[str] = Counter()
    found = []
    for case in cases:
        kind, _, variant = case["rule"].partition(": ")
        seen[kind] += 1
        if not variant or kind.startswith("counted") or seen[kind] <= VARIANTS:
            found.append(case)
    return found


def _placed() -> str:
    """A row for each phrase of the tables that leaves its year to the period."""
    from roadmap.terms import read

    rows = []
    for line in PERIOD_CASES.read_text(encoding="utf-8").splitlines():
        case = json.loads(line)
        start, end = map(date.fromisoformat, case["period"])
        reading = read(case["text"], start=start, end=end)
        shown = " / ".join(case["text"].split("\n"))
        proposed = "; ".join(reading.proposals)
        rows.append(f"| {start:%d.%m.%Y}–{end:%d.%m.%Y} | {shown} | {_meaning(reading)} | {proposed} |")
    return "\n".join(rows)


def _row(text: str) -> str:
    from roadmap.terms import read

    shown = " ".join(text.split()).replace("|", "/") or "пустая строка"
    return f"| {shown} | {_meaning(read(text, start=START, end=END))} |"


def _meaning(reading: Any) -> str:
    from roadmap.terms.wording.wording import say

    if reading.kind == "unreadable":
        return str(reading.problems[0])
    if not reading.windows:
        return say(reading)
    days = [_window(window.start, window.due) for window in reading.windows[:SHOWN]]
    more = f"… всего {len(reading.windows)}" if len(reading.windows) > SHOWN else ""
    return "; ".join([*days, more] if more else days)


def _window(start: date | None, due: date) -> str:
    if start is None:
        return f"до {due:%d.%m.%Y}"
    return f"{due:%d.%m.%Y}" if start == due else f"{start:%d.%m.%Y}–{due:%d.%m.%Y}"


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    PAGE.write_text(page(), encoding="utf-8")
