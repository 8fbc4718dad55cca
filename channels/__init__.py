"""Adapters to the world. A channel owns no database, no retry and no state; see README.md."""
