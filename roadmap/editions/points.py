"""Old and new days of one duty, paired in order: which control point gets which new day."""

from collections.abc import Sequence
from datetime import date


def paired_days(old: Sequence[date], new: Sequence[date]) -> list[tuple[int, int]]:
    """Pairs of indices into both lists, which are in order: equal days first, the rest in order with the least shift.

    As many pairs as the shorter list has; what has no pair on the one side goes, on the other side is new.
    """
    equal = [(i, new.index(day)) for i, day in enumerate(old) if day in new]
    same_old, same_new = {i for i, _ in equal}, {j for _, j in equal}
    rest_old = [i for i in range(len(old)) if i not in same_old]
    rest_new = [j for j in range(len(new)) if j not in same_new]
    if len(rest_old) <= len(rest_new):
        chosen = _nearest([old[i] for i in rest_old], [new[j] for j in rest_new])
        moved = [(rest_old[a], rest_new[b]) for a, b in chosen]
    else:
        chosen = _nearest([new[j] for j in rest_new], [old[i] for i in rest_old])
        moved = [(rest_old[b], rest_new[a]) for a, b in chosen]
    return sorted(equal + moved)


def _nearest(few: Sequence[date], many: Sequence[date]) -> list[tuple[int, int]]:
    """Each of the few with one of the many, in order, so that the days between them are least in sum."""
    spare = len(many) - len(few)
    # best[b]: the least sum for the few so far when the last of them took many[b] at the latest, with that choice.
    best: list[tuple[int, tuple[int, ...]]] = [(0, ())] * (spare + 1)
    for a, day in enumerate(few):
        row: list[tuple[int, tuple[int, ...]]] = []
        for extra in range(spare + 1):
            cost, chosen = best[extra]
            taken = (cost + abs((many[a + extra] - day).days), (*chosen, a + extra))
            row.append(min(row[-1], taken) if row else taken)
        best = row
    return list(enumerate(best[-1][1]))
