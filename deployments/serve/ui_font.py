"""Russian letters on the timeline of the Prefect pages.

The pages draw the names of tasks on the timeline from a bitmap font that they prepare in the browser, with Latin
letters only: a Russian name is an empty place there. The server is told to serve its pages from a copy in the data
folder, and in the copy the list of letters is widened. Where the list is not found (another Prefect), nothing is
changed.
"""

import os
from pathlib import Path

LATIN = "ASCII=[[` `,`~`]]"
#: Pairs are ranges: Latin, Cyrillic with ё, quotes, dashes, the number sign.
RUSSIAN = "ASCII=[[` `,`~`],[`А`,`я`],`Ё`,`ё`,`«`,`»`,`—`,`–`,`…`,`·`,`№`]"


def pages_folder(data: Path) -> Path:
    """Where the server keeps its copy of the pages (``PREFECT_UI_STATIC_DIRECTORY``)."""
    return data / "prefect" / "pages"


def widen_letters(folder: Path) -> bool:
    """Give the timeline Russian letters; a second call changes nothing. False when the list is nowhere to be found.

    ``folder``: the server's copy of its pages, there once the server has started.
    """
    done = False
    for script in folder.glob("v1/assets/index-*.js"):
        text = script.read_text(encoding="utf-8")
        if LATIN in text:
            aside = script.with_suffix(".aside")
            aside.write_text(text.replace(LATIN, RUSSIAN, 1), encoding="utf-8")
            os.replace(aside, script)
        done = done or LATIN in text or RUSSIAN in text
    return done
