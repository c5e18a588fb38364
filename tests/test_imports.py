"""What the start of the command line and of the pages may not cost, and what pages may not write."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import web

STATEMENTS = frozenset({"select", "insert", "update", "delete", "text"})
SQL = frozenset({"sqlalchemy", "sqlmodel"})


@pytest.mark.usefixtures("own_programs")
@pytest.mark.parametrize("module", ["web.app", "deployments.cli"])
def test_prefect_is_not_imported_at_the_start(module: str) -> None:
    code = f"import {module}, sys; assert 'prefect' not in sys.modules"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def statements(source: str) -> list[str]:
    """Every word of SQL that a module takes from the libraries, or a library whole, with its line."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] in SQL:
            found += [f"{node.lineno}: {name.name}" for name in node.names if name.name in STATEMENTS]
        if isinstance(node, ast.Import):
            found += [f"{node.lineno}: {name.name}" for name in node.names if name.name.split(".")[0] in SQL]
    return found


def test_pages_never_write_sql() -> None:
    (folder,) = web.__path__
    own = {str(path): statements(path.read_text(encoding="utf-8")) for path in Path(folder).rglob("*.py")}
    assert len(own) > 15
    assert {path: found for path, found in own.items() if found} == {}


def test_a_statement_is_found() -> None:
    assert statements("from sqlmodel import Session, select") == ["1: select"]
    assert statements("import sqlalchemy as sa") == ["1: sqlalchemy"]
