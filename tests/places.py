"""Where things lie, whatever folder a test is in."""

import shutil
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
"""The repository."""
DOCS = ROOT / "docs"
SHARED = ROOT.parent / "shared"
"""The source documents, beside the repository where they are at all."""
SEEDS = SHARED / "seeds"
GOLD = SHARED / "gold" / "seed_terms.jsonl"
OUT = ROOT / "tests" / "out"
"""Pictures that a person looks at; git does not keep them."""

AUTH = "vekha:of every server here"
"""The password of the Prefect servers that tests start."""
WITHOUT_SHARED = "the source documents are not here: ../shared is absent"
needs_shared = pytest.mark.skipif(not SHARED.is_dir(), reason=WITHOUT_SHARED)


def program(*names: str) -> str:
    """The path of a program by the first of its names that is installed; the test is skipped where there is none."""
    for name in names:
        if found := shutil.which(name):
            return found
    pytest.skip(f"{names[0]} is not installed")
