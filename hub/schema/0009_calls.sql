-- Telephone calls: facts and decisions of each one as the pure call keeps them, its legs to be found by the provider's
-- names, and what the provider has still to be told.
CREATE TABLE calls (
    id             uuid PRIMARY KEY,
    account        text NOT NULL,
    sid            text NOT NULL,                 -- of the customer's leg
    number         text NOT NULL,                 -- of ours
    interaction_id uuid UNIQUE REFERENCES interactions,  -- none while he is in the menu
    seen_version   bigint NOT NULL DEFAULT 0,     -- of the interaction, when both were last brought together
    document       jsonb NOT NULL,                -- channels.voice.stored
    place          jsonb NOT NULL,                -- where in the menu
    wiring         jsonb NOT NULL DEFAULT '{}',   -- the provider's names of its line and its rooms
    fields         jsonb NOT NULL DEFAULT '{}',   -- what the provider said of the caller when he rang
    phase          text NOT NULL,
    began_at       timestamptz NOT NULL,
    looked_at      timestamptz,                   -- when the provider was last asked how it stands
    look_at        timestamptz,                   -- when it must be asked, if nothing is heard until then
    ended_at       timestamptz,                   -- when nobody is on the line any more
    UNIQUE (account, sid)
);
CREATE INDEX calls_open ON calls (look_at) WHERE ended_at IS NULL;

CREATE TABLE call_legs (
    call_id     uuid NOT NULL REFERENCES calls,
    leg         text NOT NULL,
    role        text NOT NULL,
    who         text NOT NULL,
    sid         text,
    state       text NOT NULL,
    planned_at  timestamptz NOT NULL,
    answered_at timestamptz,
    ended_at    timestamptz,
    PRIMARY KEY (call_id, leg)
);
CREATE INDEX call_legs_sid ON call_legs (sid);

-- What the provider is to be told: each command once, in order within its call, until its deadline.
CREATE TABLE call_commands (
    call_id       uuid NOT NULL REFERENCES calls,
    id            text NOT NULL,
    number        bigint GENERATED ALWAYS AS IDENTITY,
    phase         text NOT NULL,                  -- of the call when it was given out
    state         text NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'sending', 'done', 'refused', 'late')),
    attempts      integer NOT NULL DEFAULT 0,
    created_at    timestamptz NOT NULL,
    due_at        timestamptz NOT NULL,
    deadline      timestamptz NOT NULL,
    claimed_until timestamptz,
    error         text,
    PRIMARY KEY (call_id, id)
);
CREATE INDEX call_commands_due ON call_commands (due_at) WHERE state IN ('pending', 'sending');

-- What the telephone's provider asked belongs to a call, and so does what it was answered: asked again, it gets that.
ALTER TABLE arrivals ADD COLUMN call_id uuid REFERENCES calls;
ALTER TABLE arrivals ADD COLUMN answer text;
CREATE INDEX arrivals_call ON arrivals (call_id) WHERE call_id IS NOT NULL;
