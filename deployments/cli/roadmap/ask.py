"""``vekha import --ask``: the questions of an import in a terminal, one by one; the answers are kept at each step."""

import sys
import unicodedata
from collections.abc import Callable, Iterator
from pathlib import Path

from deployments.cli import output
from deployments.cli.whole_file import write_whole
from roadmap.cards.point import meaning_words, reading_words
from roadmap.catalogue.answers import answers_text
from roadmap.catalogue.file import read_text
from roadmap.documents.interview import Interview
from roadmap.documents.questions import ABOUT_RU, Asked
from roadmap.language import counted

BACK, SKIP, SAVE = "н", "п", "с"
AS_IT_STANDS = "="
"""Before words that would be taken for a number of the list or for a letter of the menu: «=2», «=с»."""
LONGEST = 500
_MENU = (
    f"номер — выбрать, свои слова — вписать; {BACK} — назад, {SKIP} — пропустить, {SAVE} — сохранить и продолжить потом"
)
_BY_NAME = frozenset({"act", "period", "zone"})
"""Asked by the name of a field, which only answers.yaml needs."""
Say = Callable[[str], None]


def is_terminal() -> bool:
    """Whether there is somebody to ask: both the keyboard and the screen are a terminal's."""
    return sys.stdin.isatty() and sys.stdout.isatty()


def ask_all(interview: Interview, keep: Path) -> bool:
    """Asks until nothing is left (True) or the person goes on later (False); ``keep`` holds the answers at each step.

    The end of input and Ctrl+C are «later».
    """
    say, before = _say, -1
    while asked := interview.current:
        if interview.at != before:
            for line in _shown(asked, interview):
                say(line)
        before = interview.at
        try:
            typed = input("Ответ: ")
        except (EOFError, KeyboardInterrupt):
            say("")
            return False
        except UnicodeDecodeError:
            say("Не разобрать: терминал не в UTF-8.")
            continue
        if typed.strip().casefold() == SAVE:
            return False
        if take(interview, asked, typed, say):
            save(interview, keep)
    return True


def take(interview: Interview, asked: Asked, typed: str, say: Say) -> bool:
    """What a person typed becomes an answer, a step back or a skip; whether anything is to be kept."""
    words = " ".join(typed.split())
    if any(unicodedata.category(sign) in ("Cc", "Cs") for sign in words) or len(words) > LONGEST:
        say(f"В ответе служебный знак или больше {LONGEST} знаков — наберите его заново.")
        return False
    if words.casefold() == BACK:
        if not interview.back():
            say("Это первый вопрос.")
        return False
    if words.casefold() == SKIP:
        interview.skip()
        return True
    answer = _chosen(interview, asked, words)
    if doubt := interview.doubt(asked, answer):
        say(f"Ответ не принят: {doubt}." if words else "Предложения нет: впишите ответ или пропустите вопрос.")
        return False
    interview.answer(answer)
    if reading := interview.reading_of(asked, answer):
        say(f"Принято: «{answer}» — {reading_words(reading)}")
    else:
        say(f"Принято: «{answer}»." if answer else "Принято: оставлено пустым.")
    return True


def save(interview: Interview, keep: Path) -> None:
    """The answers given so far, whole; the comment at the head of the file stays."""
    write_whole(keep, answers_text(interview.answers, read_text(keep) if keep.exists() else ""))


def _chosen(interview: Interview, asked: Asked, words: str) -> str:
    """The answer that the typed words are: a number of the list, Enter, or the words themselves."""
    offered = asked.question.offered
    if not words:
        return interview.given_to(asked) or asked.question.likeliest
    if words.isascii() and words.isdigit() and 1 <= int(words) <= len(offered):
        return offered[int(words) - 1]
    return words.removeprefix(AS_IT_STANDS).strip() if words.startswith(AS_IT_STANDS) else words


def _shown(asked: Asked, interview: Interview) -> Iterator[str]:
    question = asked.question
    left = counted(interview.left, "вопрос", "вопроса", "вопросов")
    yield ""
    yield f"Осталось: {left}. {ABOUT_RU[question.about].capitalize()}; {asked.where}"
    if question.words and question.about not in _BY_NAME:
        yield f"  «{question.words}»"
    yield f"  {question.why.rstrip('. ')}."
    if not question.likeliest:
        yield f"  Предлагается: {question.proposed}"
    given = interview.given_to(asked)
    for number, answer in enumerate(question.offered, start=1):
        reading = interview.reading_of(asked, answer)
        dated = f" ({meaning_words(reading).rstrip('.')})" if reading else ""
        enter = "  ← Enter" if not given and answer == question.likeliest else ""
        yield f"  {number}  {answer}{dated}{enter}"
    if given:
        yield f"  Сейчас: {given}  ← Enter"
    elif question.may_be_empty and not question.likeliest:
        yield "  Enter — оставить пустым"
    yield f"  [{_MENU}]"


def _say(line: str) -> None:
    output.screen.print(line, markup=False, soft_wrap=True)
