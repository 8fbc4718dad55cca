-- Which hub gives a command just now. A hub holds a lock of its session as long as it lives: what a dead one had begun is
-- begun again at once, instead of after the time that an attempt may take.
ALTER TABLE call_commands ADD COLUMN claimed_by integer;
