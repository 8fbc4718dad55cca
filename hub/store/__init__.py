"""SQL by name, and the thin typed functions that run it. One `x.py` beside one `x.sql`."""
