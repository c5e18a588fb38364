"""What a page says of the look of its elements: hidden, struck out, raised, laid out as a grid."""

import re
from dataclasses import dataclass
from typing import Any

_RULE = re.compile(r"([^{}]+)\{([^{}]*)\}")
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
#: What holds for a printer or a small screen alone hides nothing.
_MEDIA = re.compile(r"@[\w-]+[^{};]*\{(?:[^{}]*\{[^{}]*\})*[^{}]*\}")
_SIMPLE = re.compile(r"([a-z][a-z0-9]*)?(?:\.([\w-]+)|#([\w-]+))$")
_NOT_SHOWN = re.compile(r"display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)|mso-hide\s*:\s*all", re.IGNORECASE)
_STRUCK = re.compile(r"text-decoration(?:-line)?\s*:[^;]*line-through", re.IGNORECASE)
_RAISED = re.compile(r"vertical-align\s*:\s*super", re.IGNORECASE)
_GRID = re.compile(r"grid-template-columns\s*:\s*([^;]+)", re.IGNORECASE)
_REPEATED = re.compile(r"repeat\(\s*(\d{1,2})\s*,[^()]*\)")
_BRACKETS = re.compile(r"\([^()]*\)|\[[^\]]*\]")
_STRUCK_TAGS = frozenset(("del", "s", "strike"))
#: Of what a sheet of styles hides, only these are left out: a whole part may be opened by a click.
_SMALL = frozenset(("tr", "td", "th", "span", "p", "li"))


@dataclass(frozen=True, slots=True)
class Styles:
    """Declarations by (tag or nothing, «.class» or «#id»)."""

    rules: dict[tuple[str, str], str]

    def is_seen(self, element: Any) -> bool:
        """Whether the words of an element stand on the page."""
        own = element.get("style", "")
        if element.tag in _STRUCK_TAGS or "hidden" in element.attrib or _NOT_SHOWN.search(own) or _STRUCK.search(own):
            return False
        named = self._named(element)
        return not (_STRUCK.search(named) or (element.tag in _SMALL and _NOT_SHOWN.search(named)))

    def is_raised(self, element: Any) -> bool:
        """Whether the words stand above the line."""
        return element.tag == "sup" or bool(_RAISED.search(f"{element.get('style', '')};{self._named(element)}"))

    def columns(self, element: Any) -> int:
        """How many columns the children of an element stand in; 0 where it is no grid."""
        found = _GRID.search(f"{element.get('style', '')};{self._named(element)}")
        if found is None:
            return 0
        tracks = _REPEATED.sub(lambda times: " 1fr" * int(times[1]), found[1])
        return len(_BRACKETS.sub("", tracks).split())

    def _named(self, element: Any) -> str:
        if not self.rules:
            return ""
        names = [f".{name}" for name in element.get("class", "").split()]
        names += [f"#{element.get('id')}"] if element.get("id") else []
        return ";".join(self.rules.get((tag, name), "") for name in names for tag in ("", element.tag))


def styles_of(root: Any) -> Styles:
    """The simple rules of the style sheets inside a page: of a class, of an element by its id."""
    rules: dict[tuple[str, str], str] = {}
    for sheet in root.iter("style"):
        text = _MEDIA.sub("", _COMMENT.sub("", sheet.text or ""))
        for selectors, declarations in _RULE.findall(text):
            for selector in selectors.replace("<!--", "").split(","):
                if named := _SIMPLE.match(selector.strip()):
                    key = named[1] or "", f".{named[2]}" if named[2] else f"#{named[3]}"
                    rules[key] = f"{rules.get(key, '')};{declarations}"
    return Styles(rules)
