"""The heart: takes in, queues, offers, records and sends. Reads down from `__main__` and `app`."""
