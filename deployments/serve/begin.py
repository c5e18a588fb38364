"""How every program beside the command line begins: private, quiet, with settings that are good."""

import sys

from models.private import keep_private, private_umask
from models.settings import Settings, SettingsRefused

EXIT_BAD_SETTINGS = 2


def begin() -> Settings:
    """The settings of this process; with one that is not good it ends, one line said."""
    private_umask()
    try:
        settings = Settings()
    except SettingsRefused as problem:
        sys.stderr.write(f"{problem}\n")
        sys.exit(EXIT_BAD_SETTINGS)
    keep_private(settings.data, whole=True)
    return settings
