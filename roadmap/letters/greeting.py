"""How a letter addresses its reader, and how it is signed."""

import re

COLLEAGUE = "Уважаемый коллега!"
_WORD = re.compile(r"^[А-ЯЁ][а-яё]+(-[А-ЯЁ][а-яё]+)?$")
_HIS = re.compile(r"(вич|ьич|[кмт]ич)$")
_HER = re.compile(r"(вна|чна)$")
#: A patronymic of two words: «Гасан оглы», «Гасан кызы».
_SON, _DAUGHTER = ("оглы", "оглу", "улы", "уулу"), ("кызы", "гызы", "кизи")


def greeting(name: str) -> str:
    """«Уважаемый Иван Петрович!», «Уважаемая Анна Сергеевна!»; a colleague where name or patronymic is not known.

    The words come in either order: «Иванов Иван Петрович», «Иван Петрович Иванов». The gender is the patronymic's.
    """
    words = name.replace(",", " ").split()
    for place, word in enumerate(words):
        before = words[place - 1] if place else ""
        if place > 1 and word.lower() in (*_SON, *_DAUGHTER):
            return _dear(word.lower() in _DAUGHTER, " ".join(words[place - 2 : place + 1]))
        # A surname may look like a patronymic: «Абрамович Иван Петрович», «Иван Петрович Абрамович».
        if _is_patronymic(word) and _WORD.match(before) and not _is_patronymic(before):
            return _dear(bool(_HER.search(word)), f"{before} {word}")
    return COLLEAGUE


def _is_patronymic(word: str) -> bool:
    return bool(_WORD.match(word) and (_HIS.search(word) or _HER.search(word)))


def _dear(is_she: bool, name: str) -> str:
    return f"{'Уважаемая' if is_she else 'Уважаемый'} {name}!"


def signature(post: str, name: str, phone: str = "") -> str:
    """«Координатор: Орлова А. П., тел. +7 (861) 123-45-67»: the coordinator as the last lines name him.

    A post that begins with the word says it itself: «Координатор дорожной карты: Орлова А. П.».
    """
    says_it = bool(re.match(r"координатор\b", post, re.IGNORECASE))
    who, named = (post, [name]) if says_it else ("Координатор", [post, name])
    named = [words for words in (*named, f"тел. {phone}" if phone else "") if words]
    return f"{who}: {', '.join(named)}" if named else who
