"""Recommendations of a round: proposed, taken on control, declined."""
