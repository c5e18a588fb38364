"""How every bench prints its rows."""

from typing import Any

from rich.console import Console
from rich.table import Table


def show(rows: list[dict[str, Any]]) -> None:
    """Print rows of (name, value, unit, peer, ratio, aim, ok) as one table."""
    table = Table()
    for heading in ("measured", "value", "peer", "ratio", "aim", "met"):
        table.add_column(heading, justify="left" if heading == "measured" else "right")
    for row in rows:
        peer = "" if row["peer"] is None else f"{row['peer']:,.2f} {row['unit']}"
        ratio = "" if row["ratio"] is None else f"{row['ratio']:.2f}"
        table.add_row(
            row["name"], f"{row['value']:,.2f} {row['unit']}", peer, ratio, row["aim"], "yes" if row["ok"] else "NO"
        )
    Console(width=160).print(table)
