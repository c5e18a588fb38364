"""What is done with rows, files, letters and the Prefect server, a room a noun of the field."""
