"""Questions that stand open in a draft, each a comment line of its YAML."""

import re

MARK = "# ВОПРОС"
_OPEN = re.compile(rf"^\s*{MARK}\b:?\s*(.*)$")


def open_questions(text: str) -> list[str]:
    """The questions that stand open in a draft, «строка N: …» each; empty for a catalogue that may be loaded."""
    found = ((n, _OPEN.match(line)) for n, line in enumerate(text.splitlines(), start=1))
    return [f"строка {n}: {match[1].strip()}" for n, match in found if match]
