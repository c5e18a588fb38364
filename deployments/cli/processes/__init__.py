"""Commands of processes: agreements, municipalities, plans to come."""
