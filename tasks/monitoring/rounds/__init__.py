"""The life of a round: plan, collect, compute, send, close."""
