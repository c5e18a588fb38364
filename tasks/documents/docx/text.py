"""The words of a Word paragraph as they are seen: without what is hidden, struck out, deleted or moved away."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from docx.oxml.ns import qn

from tasks.documents.lines import above_the_line

_MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_ALTERNATE, _CHOICE, _FALLBACK = f"{_MC}AlternateContent", f"{_MC}Choice", f"{_MC}Fallback"
_VAL, _STYLE, _RPR, _RUN = map(qn, ("w:val", "w:style", "w:rPr", "w:r"))
_T, _BOX = qn("w:t"), qn("w:txbxContent")
_BLANKS = {qn("w:tab"): "\t", qn("w:br"): "\n", qn("w:cr"): "\n", qn("w:noBreakHyphen"): "-"}
_GONE = frozenset(map(qn, ("w:del", "w:moveFrom", "w:pPr", "w:rPr")))
_HIDING = tuple(map(qn, ("w:vanish", "w:strike", "w:dstrike")))
_RAISED = qn("w:vertAlign")
_OFF = frozenset(("0", "false", "off", "none"))
_MARKED_GONE = tuple(f"{qn('w:pPr')}/{_RPR}/{qn(name)}" for name in ("w:del", "w:moveFrom", "w:vanish"))


@dataclass(frozen=True, slots=True)
class Look:
    """What a style or a run says of its words; None where it says nothing."""

    hidden: bool | None = None
    raised: bool | None = None

    def over(self, below: "Look") -> "Look":
        """This look where it says something, else that of the style below."""
        return Look(
            below.hidden if self.hidden is None else self.hidden,
            below.raised if self.raised is None else self.raised,
        )


PLAIN = Look()


@dataclass(slots=True)
class Words:
    """The lines of a paragraph, and the contents of the text boxes that hang at it."""

    lines: list[str] = field(default_factory=lambda: [""])
    boxes: list[Any] = field(default_factory=list)

    def add(self, text: str, *, raised: bool) -> None:
        """Words in superscript say what they mean there; a line break begins a line."""
        first, *rest = (above_the_line(text, self.lines[-1]) if raised else text).split("\n")
        self.lines[-1] += first
        self.lines += rest


def is_on(element: Any) -> bool:
    """Whether a switch of Word is on: it stands there and is not «0»."""
    return element is not None and element.get(_VAL, "1") not in _OFF


def is_gone(paragraph: Any) -> bool:
    """Whether the end of the paragraph is deleted, moved away or hidden: it then has no number."""
    return any(is_on(paragraph.find(path)) for path in _MARKED_GONE)


class Looks:
    """How the styles of a document show words."""

    def __init__(self, styles: Any) -> None:
        self._styles = {style.get(qn("w:styleId")): style for style in styles.iter(_STYLE)}
        self._known: dict[str, Look] = {}

    def of(self, style: Any) -> Look:
        """The look of the style that an element names; plain without one."""
        return self._named(style.get(_VAL)) if style is not None else PLAIN

    def _named(self, name: str) -> Look:
        if name not in self._known:
            self._known[name] = PLAIN  # a style based on itself is based on nothing
            style = self._styles.get(name)
            if style is not None:
                base = self.of(style.find(qn("w:basedOn")))
                self._known[name] = _look(style.find(_RPR)).over(base)
        return self._known[name]

    def words(self, paragraph: Any) -> Words:
        """What is read of a paragraph."""
        base = self.of(paragraph.find(f"{qn('w:pPr')}/{qn('w:pStyle')}"))
        found = Words()
        look = base
        for node in _read(paragraph, found.boxes):
            if node.tag == _RUN:
                look = self._run(node.find(_RPR), base)
            elif not look.hidden:
                found.add((node.text or "") if node.tag == _T else _BLANKS[node.tag], raised=bool(look.raised))
        return found

    def _run(self, properties: Any, base: Look) -> Look:
        if properties is None:
            return base
        return _look(properties).over(self.of(properties.find(qn("w:rStyle")))).over(base)


def _look(properties: Any) -> Look:
    if properties is None:
        return PLAIN
    hiding = [is_on(found) for tag in _HIDING if (found := properties.find(tag)) is not None]
    raised = properties.find(_RAISED)
    return Look(
        any(hiding) if hiding else None,
        raised.get(_VAL) == "superscript" if raised is not None else None,
    )


def _read(element: Any, boxes: list[Any]) -> Iterator[Any]:
    """Runs and what stands in them, in order; the contents of text boxes are put aside."""
    waiting = [iter(element)]
    while waiting:
        child = next(waiting[-1], None)
        if child is None:
            waiting.pop()
        elif child.tag in _GONE:
            continue
        elif child.tag == _BOX:
            boxes.append(child)
        elif child.tag == _ALTERNATE:
            waiting.append(iter(_branch(child)))
        else:
            if child.tag == _RUN or child.tag == _T or child.tag in _BLANKS:
                yield child
            if child.tag != _T:
                waiting.append(iter(child))


def _branch(alternate: Any) -> Any:
    """The same thing stands there once for each generation of programs: the first that has words is read."""
    branches = [child for child in alternate if child.tag in (_CHOICE, _FALLBACK)]
    return next((branch for branch in branches if next(branch.iter(_T), None) is not None), ())
