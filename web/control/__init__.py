"""«Контроль»: the coordinator's pages."""
