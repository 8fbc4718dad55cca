"""The raw limit: the smallest servers that take and keep a contact at all."""
