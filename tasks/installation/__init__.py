"""Which installation a process belongs to; it works with no other's settings."""

from tasks.installation.fingerprint import (
    ForeignSettings,
    adopt,
    differences,
    establish,
    fingerprint,
    own_engine,
    refuse_foreign,
    refuse_other_folder,
)

__all__ = [
    "ForeignSettings",
    "adopt",
    "differences",
    "establish",
    "fingerprint",
    "own_engine",
    "refuse_foreign",
    "refuse_other_folder",
]
