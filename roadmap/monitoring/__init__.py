"""Monitoring, pure: periods and days of rounds, indicators, trends and forecasts, recommendations, the snapshot."""
