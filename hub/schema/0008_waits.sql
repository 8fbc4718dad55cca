-- What somebody in line was told, so that he is never told more because he waited, and so that what came is compared
-- with what was said.
CREATE TABLE told_waits (
    interaction_id    uuid PRIMARY KEY REFERENCES interactions,
    queue_id          text NOT NULL REFERENCES queues,
    told_at           timestamptz NOT NULL,        -- the first time in this wait
    estimated_seconds float8 NOT NULL,             -- then, before it was corrected by what came of others
    seconds           integer NOT NULL,            -- what he was told last
    position          integer NOT NULL,
    places            integer NOT NULL
);
CREATE INDEX told_waits_recent ON told_waits (queue_id, told_at DESC);
