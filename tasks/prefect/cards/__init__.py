"""What Prefect shows: the facts of cards read from the rows, and the artifacts made of them."""
