"""The way in over HTTP: one file a resource, one table row an endpoint."""
