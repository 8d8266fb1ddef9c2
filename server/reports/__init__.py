"""The six-month and the yearly report (Art. 15.1), the export for the yearly rating (Art. 16.1), and the figures of both."""
