-- What was spoken on the telephone: recordings of calls, and voicemails. The sound lies apart from everything else that
-- is kept, because it is the one thing that a rule deletes.
CREATE TABLE recordings (
    id             uuid PRIMARY KEY,
    source         text NOT NULL CHECK (source IN ('call', 'voicemail')),
    call_id        uuid NOT NULL REFERENCES calls,
    interaction_id uuid NOT NULL REFERENCES interactions,
    account        text NOT NULL,
    sid            text NOT NULL,                 -- the provider's name of it
    url            text,                          -- where the provider has it; none while it runs
    started_at     timestamptz NOT NULL,
    seconds        integer,
    -- running: until the provider says that it is ready. fetching: our copy is on its way. stored. failed: there is
    -- nothing, or it cannot be had. deleted: by rule or by hand.
    state          text NOT NULL CHECK (state IN ('running', 'fetching', 'stored', 'failed', 'deleted')),
    attempts       integer NOT NULL DEFAULT 0,    -- in this state
    due_at         timestamptz,                   -- when something is to be done about it; none: nothing
    error          text,
    channels       integer NOT NULL DEFAULT 1,
    size           bigint NOT NULL DEFAULT 0,     -- bytes of our copy
    peaks          smallint[] NOT NULL DEFAULT '{}',
    keep_until     timestamptz,
    UNIQUE (account, sid)
);
CREATE INDEX recordings_due ON recordings (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX recordings_kept ON recordings (keep_until) WHERE state = 'stored';
CREATE INDEX recordings_interaction ON recordings (interaction_id);

CREATE TABLE recording_sounds (
    recording_id uuid PRIMARY KEY REFERENCES recordings,
    media_type   text NOT NULL,
    bytes        bytea NOT NULL
);
ALTER TABLE recording_sounds ALTER COLUMN bytes SET STORAGE EXTERNAL;  -- a part is read without the rest

CREATE TABLE recording_accesses (
    recording_id uuid NOT NULL REFERENCES recordings,
    agent_id     uuid REFERENCES agents,          -- none: the rule that deletes
    at           timestamptz NOT NULL,
    what         text NOT NULL CHECK (what IN ('listened', 'downloaded', 'deleted'))
);
CREATE INDEX recording_accesses_of ON recording_accesses (recording_id, at);
