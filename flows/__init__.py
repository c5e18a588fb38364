"""What Prefect runs, ten to thirty lines each."""
