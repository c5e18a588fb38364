"""All that knows the Prefect server: client, runs, forms, artifacts."""
