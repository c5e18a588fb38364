"""What the analytic report says, before it is Word, PDF, HTML or Excel."""
