"""Where the command line finds ``reflect``; the pages use it as well, so it lives among the tasks."""

from tasks.reflecting import reflect

__all__ = ["reflect"]
