"""An installation in one file: made while it works, put back into an empty place, compared with what it was."""

from tasks.backup.make import Made, back_up
from tasks.backup.manifest import BackupDamaged, BackupRefused, Manifest
from tasks.backup.restore import Target, restore, target_of
from tasks.backup.verify import verify

__all__ = [
    "BackupDamaged",
    "BackupRefused",
    "Made",
    "Manifest",
    "Target",
    "back_up",
    "restore",
    "target_of",
    "verify",
]
