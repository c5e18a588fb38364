"""What is registered on Prefect, what runs beside it, and the command line."""

from models.private import no_telemetry

no_telemetry()
