"""Runs the table that Lark makes of the grammar: tokens in, the builder's parts out.

Lark's own loop serves error recovery and positions that are not needed here; over the same table this one takes half
the time. Its rules are those of any LALR parser: shift, or reduce by the rule that the state and the token name.
"""

from collections.abc import Callable, Iterable
from typing import Any

from lark import Lark
from lark.parsers.lalr_analysis import Shift

from roadmap.terms.grammar.normal import Token

# How many values a reduction takes (None for a shift), what it calls, what it makes, and the state after a shift.
Action = tuple[int | None, Callable[[list[Any]], Any] | None, str, Any]
END = "$END"


class UnexpectedTokenError(Exception):
    """No phrase of the grammar goes on like this."""

    def __init__(self, token: Token) -> None:
        super().__init__(token.type)
        self.token = token


class Driver:
    """The table of a grammar whose rules are turned into parts by a transformer; safe to share between threads."""

    def __init__(self, grammar: Lark) -> None:
        inner = grammar.parser.parser.parser  # no public way to the table
        table = inner.parse_table
        (self._start,) = table.start_states.values()
        (self._end,) = table.end_states.values()
        self._actions: dict[Any, dict[str, Action]] = {
            state: {str(name): _action(act, arg, inner.callbacks) for name, (act, arg) in row.items()}
            for state, row in table.states.items()
        }

    def parse(self, tokens: Iterable[Token]) -> Any:
        """What the builder makes of the tokens; UnexpectedTokenError names the first that does not fit."""
        states: list[Any] = [self._start]
        values: list[Any] = []
        for token in tokens:
            self._feed(token, states, values)
        self._feed(Token(END, "", 0, 0), states, values)
        return values[-1]

    def _feed(self, token: Token, states: list[Any], values: list[Any]) -> None:
        actions, kind = self._actions, token.type
        while True:
            try:
                size, call, made, state = actions[states[-1]][kind]
            except KeyError:
                raise UnexpectedTokenError(token) from None
            if size is None:
                states.append(state)
                values.append(token)
                return
            assert call is not None
            taken = values[-size:]
            del states[-size:], values[-size:]
            values.append(call(taken))
            states.append(actions[states[-1]][made][3])
            if states[-1] == self._end and kind == END:
                return


def _action(act: Any, arg: Any, callbacks: Any) -> Action:
    if act is Shift:
        return None, None, "", arg
    if not arg.expansion:
        raise ValueError(f"an empty rule: {arg.origin.name}")
    return len(arg.expansion), callbacks[arg], str(arg.origin.name), None
