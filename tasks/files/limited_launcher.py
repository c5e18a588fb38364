"""Sets the limits of a process and becomes the program: seconds, bytes of memory, bytes of a file, the command."""

import os
import resource
import sys


def main(seconds: int, memory: int, largest: int, command: list[str]) -> None:
    """Never returns."""
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_FSIZE, (largest, largest))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.execvp(command[0], command)


if __name__ == "__main__":
    first, second, third, *rest = sys.argv[1:]
    main(int(first), int(second), int(third), rest)
