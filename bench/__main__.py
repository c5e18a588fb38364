"""``make bench``: every measurement in one run on one machine, as ratios to peers or to the bare limit."""

from bench import agreements, control, importing, letters, monitoring, phrases, sync
from bench.table import show

if __name__ == "__main__":  # parts start processes of their own, which import this module
    for part in (phrases, importing, letters, control, agreements, monitoring, sync):
        show(part.run())
