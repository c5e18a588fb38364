"""Commands of monitoring: rounds, values, reports, recommendations."""
