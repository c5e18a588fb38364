"""Whether two words or two duties are the same but for their endings. Pure."""

from roadmap.language.normalise import even, plain, plain_with_hyphens

#: Letters of a word that are compared: Russian endings differ with every rewording.
STEM = 5
SAME_DUTY = 0.7
NAMED_WORDS = 3


def title_stems(title: str) -> list[str]:
    """The first five letters of each word of a title; «форсайт-сессия» gives two."""
    return [word[:STEM] for word in plain(title).split()]


def stems(text: str) -> list[str]:
    """The first five letters of each word of a text; «форсайт-сессия» is one word."""
    return [word[:STEM] for word in plain_with_hyphens(text).split()]


def same_duty(one: str, other: str) -> bool:
    """Whether two titles name one duty: most of the longer words of either stand in both."""
    first, second = ({stem for stem in stems(text) if len(stem) == STEM} for text in (one, other))
    smaller = min(len(first), len(second))
    return smaller >= NAMED_WORDS and len(first & second) >= SAME_DUTY * smaller


def alike(one: str, other: str) -> bool:
    """Equal but for case, ё, quotes, dashes, blanks and the stop at the end: no edition means these."""
    return one == other or even(one) == even(other)


def same_stem(one: str, other: str) -> bool:
    """Two words that differ in their endings: «подписано», «подписание»."""
    return other.startswith(_stem(one)) or one.startswith(_stem(other))


def declined(one: str, other: str) -> bool:
    """«Анапой» is «Анапа», but «Анапский» is another place."""
    return abs(len(one) - len(other)) <= 2 and same_stem(one, other)


def key_word(word: str) -> str:
    """A single word without its ending: «карта» and «карты» are one."""
    return word[:STEM] if len(word) > STEM else word[: max(len(word) - 1, 3)]


def _stem(token: str) -> str:
    return token[: max(4, len(token) - 3)]
