"""One import in a process of its own, which prints what it took; given are the order and a small first one."""

import json
import resource
import sys
import time
from pathlib import Path

STARTED = time.perf_counter()

from roadmap.documents.draft import draft  # noqa: E402  # the seconds of loading are those a person waits too
from roadmap.documents.importer import find  # noqa: E402
from tasks.documents.reader import read_document  # noqa: E402


def main(order: Path, first: Path) -> None:
    """Read the first order to have everything loaded, then measure the other."""
    draft(find(read_document(first)))
    loaded = time.process_time()
    found = find(read_document(order))
    draft(found)
    done = {
        "net": time.process_time() - loaded,
        "seconds": time.perf_counter() - STARTED,
        "items": found.counts["item"],
        "rows": found.rows,
        "counted": sum(found.counts.values()),
        "questions": len(found.all_questions()),
        "memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }
    print(json.dumps(done))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
