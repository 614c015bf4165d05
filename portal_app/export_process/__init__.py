"""Writes one export (CSV, JSON Lines or XLSX) to stdout; run as `python -m portal_app.export_process`.

A process of its own, because two SQLite libraries in one process on one file can corrupt it.
It imports nothing of the rest of the application, so that it starts fast.
"""
