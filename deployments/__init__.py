"""What is registered on Prefect, what runs beside it, and the command line."""
