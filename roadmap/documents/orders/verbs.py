"""The verbs of duties in an order: infinitives outside quotes and brackets; nouns that end alike are none."""

import re

_NOUNS = (
    r"(?:печать|тетрадь|\w*сеть|мать|путь|суть|нить|кровать|память|пять|шесть|опять|речь|ночь|дочь|мелочь|горечь"
    r"|желчь|печь|есть)"
)
INFINITIVE = re.compile(
    rf"(?<![\w\-])(?!{_NOUNS}(?!\w))(?:[а-яё]+(?:[аеиоуыя]ть|чь)(?:ся)?"
    r"|[а-яё]*(?:вести|нести|йти|рести|расти|спасти|плести)(?:сь)?|учесть|зачесть|прочесть|предпочесть)(?![\w\-])",
    re.IGNORECASE,
)
_QUOTED = re.compile(r"«(?!\d{1,2}»)(?:[^«»]|«[^«»]*»)*»|\"[^\"]*\"")
_BRACKETED = re.compile(r"\([^()]*(?:\([^()]*\)[^()]*)*\)")


def without_quotes(text: str) -> str:
    """The words with what stands in quotes hidden, letter for letter, so that places stay; «1» of a day is no quote."""
    return _QUOTED.sub(lambda quoted: "_" * len(quoted[0]), text)


def hidden(text: str) -> str:
    """The words with what stands in quotes or brackets hidden, letter for letter."""
    return _BRACKETED.sub(lambda inner: "_" * len(inner[0]), without_quotes(text))


def infinitives(text: str) -> list[re.Match[str]]:
    """The infinitives of the sentence itself, with their places in it."""
    return list(INFINITIVE.finditer(hidden(text)))
