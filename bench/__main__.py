"""``make bench``: every measurement in one run on one machine, as ratios to peers or to the bare limit."""

from bench import control, letters, phrases, sync
from bench.table import show

for part in (phrases, letters, control, sync):
    show(part.run())
