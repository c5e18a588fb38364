"""The door to Prefect: its pages and its API on our own address, behind the log-in of «Контроль»."""
