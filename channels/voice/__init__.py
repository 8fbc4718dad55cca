"""Telephone: what a call is, and what the provider is told."""
