"""The analytic report as Word, PDF, HTML, Excel and charts."""
