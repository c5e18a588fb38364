"""Pages of officials and of the coordinator."""
