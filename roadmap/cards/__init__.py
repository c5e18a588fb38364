"""What a point, a process, a round and a roadmap look like on the pages of Prefect."""
