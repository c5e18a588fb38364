"""The programs that ``vekha up`` keeps: the Prefect server, the worker, the pages."""
