"""Names and addresses stand with the officials alone; history has the number and the post.

Addresses move from the channels to the officials. Rows of the history get the number of the official whose post they
name, where there is exactly one; a name or an address that somebody wrote into them becomes the post.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager

import sqlalchemy as sa
from alembic import op

from models.db.types import UtcDateTime

revision = "0013"
down_revision = "0012"

#: History, with its columns of words; who did it stands first.
WORDS = {
    "transition": ("actor", "reason"),
    "evidence": ("added_by", "words", "file_name"),
    "audit_entry": ("actor", "subject", "detail"),
    "indicator_value": ("actor", "place", "reason"),
    "request": ("asked_by", "reason", "decided_by", "decision_reason"),
    "absence": ("set_by",),
    "mute": ("set_by", "lifted_by", "reason"),
    "recommendation": ("decided_by", "reason"),
    "notice": ("error", "unsent"),
    "notice_remark": ("words",),
}
NUMBERED = ("transition", "evidence", "audit_entry", "indicator_value")
TRIGGERS = ("transition", "audit_entry", "indicator_value")
PAGE = " (страница)"
official = sa.table(
    "official", sa.column("id"), sa.column("post"), sa.column("name"), sa.column("roadmap_code"),
    sa.column("addresses", sa.JSON()),
)  # fmt: skip
channel = sa.table("channel", sa.column("id"), sa.column("official_id"), sa.column("address"), sa.column("place"))


def upgrade() -> None:
    connection = op.get_bind()
    op.add_column("official", sa.Column("addresses", sa.JSON(), server_default=sa.text("'{}'"), nullable=False))
    op.add_column("official", sa.Column("erased_at", UtcDateTime(timezone=True), nullable=True))
    op.add_column("channel", sa.Column("place", sa.Integer(), nullable=True))
    _move_addresses(connection)
    with op.batch_alter_table("channel", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("uq_channel_official_id_kind_address"), type_="unique")
        batch_op.drop_column("address")
        batch_op.alter_column("place", existing_type=sa.Integer(), nullable=False)
        batch_op.create_unique_constraint(op.f("uq_channel_official_id_place"), ["official_id", "place"])
    with _triggers_lifted(connection):
        for table in NUMBERED:
            with op.batch_alter_table(table, schema=None) as batch_op:
                batch_op.add_column(sa.Column("official_id", sa.Integer(), nullable=True))
                batch_op.create_foreign_key(
                    op.f(f"fk_{table}_official_id"), "official", ["official_id"], ["id"]
                )
        _number(connection)
        _take_names_out(connection)


def _move_addresses(connection: sa.Connection) -> None:
    places: defaultdict[int, dict[str, str]] = defaultdict(dict)
    for row in connection.execute(sa.select(channel).order_by(channel.c.id)).all():
        place = len(places[row.official_id]) + 1
        places[row.official_id][str(place)] = row.address
        connection.execute(sa.update(channel).where(channel.c.id == row.id).values(place=place))
    for number, addresses in places.items():
        connection.execute(sa.update(official).where(official.c.id == number).values(addresses=addresses))


@contextmanager
def _triggers_lifted(connection: sa.Connection) -> Iterator[None]:
    """What is append-only may be written here alone; SQLite builds a changed table anew, without its triggers."""
    if connection.dialect.name != "sqlite":
        for table in TRIGGERS:
            op.execute(f"ALTER TABLE {table} DISABLE TRIGGER {table}_append_only")
        yield
        for table in TRIGGERS:
            op.execute(f"ALTER TABLE {table} ENABLE TRIGGER {table}_append_only")
        return
    found = sa.text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name IN :names")
    there = connection.execute(found.bindparams(sa.bindparam("names", TRIGGERS, expanding=True))).all()
    for name, _ in there:
        op.execute(f"DROP TRIGGER {name}")
    yield
    for _, words in there:
        op.execute(words)


def _number(connection: sa.Connection) -> None:
    """The number of whoever answered on his page: the only official of the roadmap with the post."""
    people: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
    alone: defaultdict[str, list[int]] = defaultdict(list)
    for row in connection.execute(sa.select(official.c.id, official.c.roadmap_code, official.c.post)).all():
        people[row.roadmap_code, row.post].append(row.id)
        alone[row.post].append(row.id)
    of_point = "(SELECT roadmap_code FROM control_point WHERE id = {table}.point_id)"
    of_round = "(SELECT roadmap_code FROM round WHERE id = {table}.round_id)"
    roads = {"transition": of_point, "evidence": of_point, "indicator_value": of_round}
    for (code, post), numbers in people.items():
        for table, road in roads.items():
            if len(numbers) == 1:
                its = f"{WORDS[table][0]} = :actor AND {road.format(table=table)} = :code"
                values = {"number": numbers[0], "actor": f"{post}{PAGE}", "code": code}
                connection.execute(sa.text(f"UPDATE {table} SET official_id = :number WHERE {its}"), values)
    for post, numbers in alone.items():
        if len(numbers) == 1:
            words = sa.text("UPDATE audit_entry SET official_id = :number WHERE actor = :actor")
            connection.execute(words, {"number": numbers[0], "actor": post})


def _take_names_out(connection: sa.Connection) -> None:
    people = connection.execute(sa.select(official.c.id, official.c.post, official.c.name, official.c.addresses)).all()
    known: defaultdict[str, list[tuple[re.Pattern[str], str]]] = defaultdict(list)
    for row in people:
        for words in _personal(row.name, (row.addresses or {}).values()):
            known[_tokens(words)[0]].append((_pattern(words), f"{row.post} (№ {row.id})"))
    for table, columns in WORDS.items():
        for column in columns if known else ():
            its = sa.table(table, sa.column("id"), sa.column(column))
            for number, words in connection.execute(sa.select(its).where(its.c[column] != "")).all():
                changed = _without(words, known)
                if changed != words:
                    connection.execute(sa.update(its).where(its.c.id == number).values({column: changed}))


def _without(words: str, known: Mapping[str, Sequence[tuple["re.Pattern[str]", str]]]) -> str:
    for token in dict.fromkeys(_tokens(words)):
        for pattern, said in known.get(token, ()):
            words = pattern.sub(lambda _, said=said: said, words)  # type: ignore[misc]
    return words


def _tokens(words: str) -> list[str]:
    """What a name or an address may begin with; of a URL its scheme."""
    return re.findall(r"\w+", words.casefold())


def _personal(name: str, addresses: Iterable[str]) -> list[str]:
    """The name where it is more than one word, and addresses that are no variable."""
    named = [" ".join(name.split())] if len(name.split()) > 1 else []
    return named + [one for one in addresses if one and "$" not in one and not one.startswith("prefect:")]


def _pattern(words: str) -> "re.Pattern[str]":
    return re.compile(rf"(?<!\w){re.escape(words)}(?!\w)", re.IGNORECASE)
