-- Customers who are called back when their turn comes. The interaction that they waited with is the work: it keeps its
-- age, and hangs on the call it came by and on every call out.
ALTER TABLE calls DROP CONSTRAINT calls_interaction_id_key;
CREATE INDEX calls_interaction ON calls (interaction_id, began_at DESC) WHERE interaction_id IS NOT NULL;

CREATE TABLE callbacks (
    interaction_id uuid PRIMARY KEY REFERENCES interactions,
    account        text NOT NULL,
    ours           text NOT NULL,                 -- the number of ours that he rang
    number         text NOT NULL,                 -- where he is to be called
    read_back      boolean NOT NULL,              -- whether it was read to him, and he said yes
    language       text NOT NULL,
    asked_at       timestamptz NOT NULL,
    call_id        uuid REFERENCES calls,         -- the call that has the word now; none while nobody is on a line
    dialled_at     timestamptz,                   -- when he was last called
    attempts       integer NOT NULL DEFAULT 0,
    most           integer NOT NULL,              -- attempts after which a human being decides
    next_at        timestamptz NOT NULL,          -- not before
    quiet_at       timestamptz,                   -- nor from then on, without a look at the hours
    undecided      boolean NOT NULL DEFAULT false, -- called often enough in vain: a human being decides
    closed_at      timestamptz,
    outcome        text                           -- why it was closed
);
CREATE INDEX callbacks_open ON callbacks (number) WHERE closed_at IS NULL;

CREATE TABLE callback_attempts (
    interaction_id uuid NOT NULL REFERENCES callbacks,
    number         integer NOT NULL,
    at             timestamptz NOT NULL,
    agent_id       uuid REFERENCES agents,
    outcome        text CHECK (outcome IN ('reached', 'no_answer', 'busy', 'failed', 'voicemail_left', 'declined',
                                            'given_up')),
    said_by        text CHECK (said_by IN ('agent', 'system')),
    PRIMARY KEY (interaction_id, number)
);
