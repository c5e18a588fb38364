"""What Prefect's own pages lack for their Russian reader, mended in the copy that the server is told to serve.

The server serves its pages from a copy in the data folder. In the copy,

- the timeline gets Russian letters: it is drawn from a bitmap font that the pages prepare with Latin letters only;
- the names of our states stand in the list of names: the pages ask for runs by name, so that without them an item has
  no runs and the filter offers no «Просрочено»;
- the page of a run opens on its card, not on an empty journal;
- at the foot of every page, the old ones and the new, stands a line of links, and the tile of an artifact shows its
  Russian description in place of its key, which Prefect allows no Russian letter in; the first page does not invite to
  the new ones, which do not know our states; the old ones have their colours from the first page on;
- a form of many fields leaves room for the words above them, which say what is decided and why it was refused.

What is not found (another Prefect) is left as it is.
"""

import os
import re
from collections.abc import Iterable
from html import escape
from pathlib import Path

from roadmap.control.state import ON_RUNS
from tasks.prefect.names import Link

LATIN = "ASCII=[[` `,`~`]]"
#: Pairs are ranges: Latin, Cyrillic with ё, quotes, dashes, the number sign.
RUSSIAN = "ASCII=[[` `,`~`],[`А`,`я`],`Ё`,`ё`,`«`,`»`,`—`,`–`,`…`,`·`,`№`]"
#: How the lists of names end, that of all names and that without the scheduled.
ENGLISH_NAMES = "`Cancelled`,`Cancelling`,`Crashed`,`Failed`,`TimedOut`]"
ALL_NAMES = f"{ENGLISH_NAMES[:-1]},{','.join(f'`{name}`' for name in ON_RUNS)}]"

TABS = re.compile(r"\[\{label:`Logs`\},(.{0,300}?)\{label:`Artifacts`,hidden:[^}]*\},")

#: The line has a strip of its own: the pages, which scroll inside, end above it.
STYLE = """
#vekha-links{position:fixed;z-index:40;inset:auto 0 0;height:2.25rem;display:flex;gap:1.1rem;align-items:center;
justify-content:safe center;box-sizing:border-box;padding:0 1rem;overflow-x:auto;
background:#1b2a4a;color:#fff;font:500 15px/1.3 system-ui,sans-serif}
#vekha-links a{color:#fff;text-decoration:underline;text-underline-offset:.2em;white-space:nowrap}
#vekha-links a:focus-visible{outline:2px solid #fff;outline-offset:-2px}
body:has([role=dialog]) #vekha-links{display:none}
#app,.app-router-view{height:calc(100vh - 2.25rem);overflow:auto}
.p-context-sidebar{max-height:calc(100vh - 2.25rem)}
@media (max-width:1023px){.p-context-sidebar{bottom:2.25rem}}
body:has(#root){padding-bottom:2.25rem}
#root .h-svh{height:calc(100svh - 2.25rem)}
.artifact-card__title,.workspace-dashboard__ui-switch-banner{display:none}
.p-modal__body>.markdown-renderer{flex-shrink:0}
.artifact-card__description{font-size:1.05rem;font-weight:600}
"""
#: The old pages put on their colours once a log-in of their own has been shown, or an advertisement: neither is, here.
#: Without them links look like words, and what lies behind a form shines through it.
COLOURS = """<script>
try { document.documentElement.classList.add(JSON.parse(localStorage.getItem("color-scheme") || '"dark"')); }
catch { document.documentElement.classList.add("dark"); }
</script>"""
BEGINS, ENDS = "<!-- vekha -->", "<!-- /vekha -->"


def pages_folder(data: Path) -> Path:
    """Where the server keeps its copy of the pages (``PREFECT_UI_STATIC_DIRECTORY``)."""
    return data / "prefect" / "pages"


def mend_pages(folder: Path, links: Iterable[Link]) -> None:
    """All of it; ``folder``: the server's copy of its pages, there once the server has started."""
    widen_letters(folder)
    name_states(folder)
    show_card_first(folder)
    add_links(folder, links)


def widen_letters(folder: Path) -> bool:
    """Give the timeline Russian letters; a second call changes nothing. False when the list is nowhere to be found."""
    return _replace(folder, LATIN, RUSSIAN)


def name_states(folder: Path) -> bool:
    """Let the pages ask for our states; a second call changes nothing. False when the list is nowhere to be found."""
    return _replace(folder, ENGLISH_NAMES, ALL_NAMES)


def _replace(folder: Path, old: str, new: str) -> bool:
    done = False
    for script in folder.glob("v1/assets/index-*.js"):
        text = script.read_text(encoding="utf-8")
        if old in text:
            _write(script, text.replace(old, new))
        done = done or old in text or new in text
    return done


def show_card_first(folder: Path) -> bool:
    """Put «Artifacts» before «Logs» on the page of a run; False when the tabs are nowhere to be found."""
    done = False
    for script in folder.glob("v1/assets/FlowRun-*.js"):
        text = script.read_text(encoding="utf-8")
        # Hidden until the run is loaded, a tab that the address asks for would be left for the first one.
        mended, count = TABS.subn(r"[{label:`Artifacts`},{label:`Logs`},\1", text)
        if count:
            _write(script, mended.replace("(`tab`,`Logs`)", "(`tab`,`Artifacts`)"))
        done = done or "[{label:`Artifacts`},{label:`Logs`}," in mended
    return done


def add_links(folder: Path, links: Iterable[Link]) -> bool:
    """Put the line of links on every page, the newest in place of what stood there. False when there is no page."""
    shown = "".join(f'<a href="{escape(link.url)}">{escape(link.words)}</a>' for link in links)
    pages = [page for version in ("v1", "v2") if (page := folder / version / "index.html").is_file()]
    for page in pages:
        colours = COLOURS if page.parent.name == "v1" else ""
        nav = f'<nav id="vekha-links" aria-label="Веха">{shown}</nav>'
        line = f"{BEGINS}<style>{STYLE}</style>{colours}{nav}{ENDS}"
        text = page.read_text(encoding="utf-8")
        bare = re.sub(f"{BEGINS}.*?{ENDS}", "", text, flags=re.DOTALL)
        mended = bare.replace("</body>", f"{line}</body>", 1)
        if mended != text:
            _write(page, mended)
    return bool(pages)


def _write(page: Path, text: str) -> None:
    aside = page.with_suffix(".aside")
    aside.write_text(text, encoding="utf-8")
    os.replace(aside, page)
