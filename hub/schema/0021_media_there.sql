-- What becomes of a file at the vendor, once our own copy is committed. `there_at`: when it was deleted, or given up.
ALTER TABLE media ADD COLUMN kept_at timestamptz;  -- since when we have our own
ALTER TABLE media ADD COLUMN there text NOT NULL DEFAULT 'left' CHECK (there IN ('left', 'deleted', 'stuck'));
ALTER TABLE media ADD COLUMN there_attempts integer NOT NULL DEFAULT 0;
ALTER TABLE media ADD COLUMN there_due_at timestamptz;
ALTER TABLE media ADD COLUMN there_at timestamptz;
ALTER TABLE media ADD COLUMN there_error text;
ALTER TABLE media ADD CHECK (there <> 'deleted' OR state = 'kept');
UPDATE media SET kept_at = due_at WHERE state = 'kept';
CREATE INDEX media_there ON media (channel, kept_at) WHERE state = 'kept' AND there = 'left';
