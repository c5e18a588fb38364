"""What ``vekha import`` found, in words: the act, the counts, each question once, what is wrong in the document."""

from pathlib import Path
from typing import Any

from deployments.cli import output
from roadmap.documents.importer import Found
from roadmap.documents.questions import asked_once
from roadmap.language import counted
from roadmap.review.check import Finding
from roadmap.review.words import SEVERITY_RU

PARAGRAPH_RU = {
    "item": "поручения и обязанности",
    "indicator": "показатели",
    "definition": "определения",
    "continuation": "продолжения",
    "heading": "заголовки",
    "statement": "положения без обязанностей",
    "question": "вопросы",
}
CLASS_RU = {
    "item": "мероприятия",
    "indicator": "показатели",
    "continuation": "продолжения",
    "heading": "заголовки",
    "header": "шапки",
    "question": "вопросы",
}


def show(found: Found, out: Path | None, contacts: Path | None) -> None:
    """The act and the counts, then the questions, then the files that were written."""
    say = output.screen.print
    act = found.act
    on = f" от {act.on:%d.%m.%Y}" if act.on else ""
    number = f" № {act.number}" if act.number else ""
    say(f"{act.kind or 'Акт'}{on}{number}, {act.authority or 'орган не назван'}", markup=False)
    if found.period is None:
        say("Период: не назван, даты не вычислены")
    else:
        start, end, ground = found.period
        say(f"Период: {start:%d.%m.%Y} – {end:%d.%m.%Y} ({ground})", markup=False)
    for line in found.table_lines():
        say(line, markup=False)
    origins = [entry.origin for entry in found.items]
    listed = f", в списках: {origins.count('list')}" if "list" in origins else ""
    say(
        f"Мероприятий в таблицах: {origins.count('table')}{listed}, поручений: {origins.count('directive')}, "
        f"обязанностей: {origins.count('duty')}, показателей: {len(found.indicators)}"
    )
    counts: list[Any] = [f"{words} {found.counts[name]}" for name, words in CLASS_RU.items()]  # type: ignore[index]
    say(f"Строк таблиц: {found.rows} = {' + '.join(counts)}")
    counts = [f"{words} {found.texts[name]}" for name, words in PARAGRAPH_RU.items()]  # type: ignore[index]
    say(f"Абзацев текста: {sum(found.texts.values())} = {' + '.join(counts)}")
    _show_questions(found)
    say(f"Черновик: {out}" if out else "Черновик не записан: добавьте -o draft.yaml", markup=False)
    if contacts:
        say(f"Контакты: {contacts} — впишите должности и адреса, затем vekha contacts {contacts.name}", markup=False)


def _show_questions(found: Found) -> None:
    questions = found.all_questions()
    asked = asked_once(questions)
    for one in asked:
        output.screen.print(f"ВОПРОС {one.line}", markup=False)
    if not asked:
        return output.screen.print("Вопросов нет.")
    places = counted(len(questions), "место", "места", "мест") if len(questions) > len(asked) else ""
    output.screen.print(f"Вопросов: {len(asked)}" + (f" ({places} в документе)" if places else ""))
    return output.screen.print("Ответить по порядку: добавьте --ask; как отвечать файлом: vekha import --help")


def show_wrong(wrong: list[Finding] | None) -> None:
    """What is wrong in the document itself; the load by month is left to «vekha check»."""
    if wrong is None:
        return output.screen.print("Противоречия не проверены: в черновике не хватает нужного, см. вопросы.")
    shown = [finding for finding in wrong if finding.kind != "load"]
    for finding in shown:
        words = f"{SEVERITY_RU[finding.severity].upper()} {finding.place}: {finding.words}"
        output.screen.print(words, markup=False, style="yellow")
    peaks = len(wrong) - len(shown)
    more = f"; пики нагрузки: {peaks}, см. vekha check" if peaks else ""
    return output.screen.print(f"Замечаний к документу: {len(shown)}{more}")
