"""Words of people inside Markdown: shown letter for letter, whatever signs are in them."""

import re

_ESCAPED = str.maketrans({sign: f"\\{sign}" for sign in "\\`*_[]<>|#~"} | {"&": "&amp;"})
#: What turns the line round or hides in it; line ends are spaces.
_UNSEEN = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
#: Where a link begins that has no marks at all: «https://», «www.», the sign of an e-mail address.
_LINK = re.compile(r"(?<=https:)(?=//)|(?<=http:)(?=//)|(?<=ftp:)(?=//)|(?<=www)(?=\.)|(?<=@)(?=\w)", re.IGNORECASE)
#: What would make a list or an underlined heading of a line that begins so.
_BEGINNING = re.compile(r"^(?:[-+=]|\d{1,9}[.)](?=\s|$))")
WORD_JOINER = "\u2060"
"""Takes no room and is not seen; a backslash would not do, pages look for links after they have taken it away."""


def no_markup(words: str) -> str:
    """The words on one line, so that a page made of Markdown shows them as they are: no link, picture, tag, heading.

    Every card, description, form and artifact puts the words of documents and officials through it, and once only.
    """
    line = " ".join(_UNSEEN.sub("", words).split())
    line = _LINK.sub(WORD_JOINER, line.translate(_ESCAPED))
    return _BEGINNING.sub(lambda found: f"{found[0][:-1]}\\{found[0][-1]}", line)
