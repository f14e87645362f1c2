"""Feedback pages in which nothing of a submission can run: inert, without a script."""
