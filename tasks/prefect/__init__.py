"""All that knows the Prefect server: client, runs, forms, artifacts."""

from models.private import no_telemetry

no_telemetry()
