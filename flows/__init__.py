"""What Prefect runs, ten to thirty lines each."""

from models.private import no_telemetry

no_telemetry()
