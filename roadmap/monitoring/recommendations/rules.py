"""The rules of targeted recommendations as data: ``recommendations.yaml`` beside this module, read strictly."""

from functools import cache
from pathlib import Path
from string import Formatter
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from roadmap.catalogue.errors import refusals
from roadmap.catalogue.file import NotTaken, read_text
from roadmap.catalogue.schema import Code, Words
from roadmap.catalogue.yaml import UnreadableYaml, read_yaml

FILE = Path(__file__).with_name("recommendations.yaml")
When = Literal["below_target", "falling", "silent", "no_data", "lagging", "overdue"]
#: Which number a rule needs, beside its term.
NEEDS: dict[When, str] = {"below_target": "gap", "lagging": "gap", "falling": "rounds", "overdue": "days"}
#: One recommendation to a body, whatever indicators or items it names.
OF_BODY: frozenset[When] = frozenset({"silent", "no_data"})
#: The words that a template may name.
KNOWN: dict[When, frozenset[str]] = {
    "below_target": frozenset({"title", "number", "period", "value", "target", "gap", "forecast", "missing"}),
    "falling": frozenset({"title", "number", "period", "value", "trend"}),
    "silent": frozenset({"period", "due", "asked"}),
    "no_data": frozenset({"period", "asked", "reasons", "what"}),
    "lagging": frozenset({"title", "number", "period", "value", "whole", "gap", "parts", "what", "side", "missing"}),
    "overdue": frozenset({"item", "deadline", "day", "days", "points"}),
}


class RulesError(ValueError):
    """Rules that cannot be used; one Russian line with file, place and remedy."""


class Rule(BaseModel):
    """One rule: what happened, from how much on, what is then recommended, and until when (working days)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    code: Code
    when: When
    term: int = Field(ge=1, le=250)
    gap: float | None = Field(default=None, gt=0, le=10)
    """A part of the target, or of the value of all."""
    rounds: int | None = Field(default=None, ge=1, le=8)
    days: int | None = Field(default=None, ge=1, le=3650)
    text: Words
    ground: Words

    @model_validator(mode="after")
    def _fits(self) -> Self:
        for name in ("gap", "rounds", "days"):
            is_needed, is_there = NEEDS.get(self.when) == name, getattr(self, name) is not None
            if is_needed and not is_there:
                raise ValueError(f"правилу «{self.when}» нужно поле {name} — впишите его")
            if is_there and not is_needed:
                raise ValueError(f"правилу «{self.when}» поле {name} не нужно — уберите его")
        for field in ("text", "ground"):
            self._refuse_unknown(field)
        return self

    def _refuse_unknown(self, field: str) -> None:
        known = ", ".join(sorted(KNOWN[self.when]))
        try:
            named = {name for _, name, _, _ in Formatter().parse(getattr(self, field)) if name is not None}
        except ValueError as error:
            raise ValueError(f"в {field} фигурная скобка без пары — исправьте шаблон") from error
        if unknown := sorted(named - KNOWN[self.when]):
            raise ValueError(f"в {field} неизвестное слово {{{unknown[0]}}} — есть: {known}")


class Rules(BaseModel):
    """All rules, in the order in which the note shows them."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    rules: tuple[Rule, ...]

    @model_validator(mode="after")
    def _codes_differ(self) -> Self:
        codes = [rule.code for rule in self.rules]
        for code in codes:
            if codes.count(code) > 1:
                raise ValueError(f"код правила «{code}» повторяется — дайте другой код")
        return self


@cache
def built_in_rules() -> tuple[Rule, ...]:
    """The rules that come with the package."""
    return load_rules(FILE)


def load_rules(path: Path) -> tuple[Rule, ...]:
    """The rules in a file. Raises ``RulesError``."""
    try:
        data = read_yaml(read_text(path))
    except (OSError, NotTaken, UnicodeDecodeError) as error:
        raise RulesError(f"{path.name}: файл не читается — проверьте путь и кодировку UTF-8") from error
    except UnreadableYaml as error:
        raise RulesError(f"{path.name}: {error}") from error
    try:
        return Rules.model_validate(data).rules
    except ValidationError as error:
        raise RulesError(f"{path.name}: {refusals(error, data)[0]}") from error
