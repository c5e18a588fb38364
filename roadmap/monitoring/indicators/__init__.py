"""One indicator: what is submitted, computed, judged, expected; who lags."""
