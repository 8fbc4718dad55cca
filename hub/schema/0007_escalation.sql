-- Promised times and what follows when nobody keeps them. The clocks themselves are computed from the touches; what
-- stands here says when to look again, what has been done already, and what a card shows meanwhile.
ALTER TABLE interactions ADD COLUMN sla jsonb;           -- the promise: {policy, id, version}; null: none
ALTER TABLE interactions ADD COLUMN refused integer NOT NULL DEFAULT 0;  -- offers declined or missed in its queue
ALTER TABLE interactions ADD COLUMN ladder text;         -- on which it climbs
ALTER TABLE interactions ADD COLUMN ladder_step integer NOT NULL DEFAULT 0;  -- steps taken
ALTER TABLE interactions ADD COLUMN ladder_since timestamptz;                -- when the last one was

CREATE TABLE sla_clocks (
    interaction_id uuid PRIMARY KEY REFERENCES interactions,
    look_at        timestamptz,                  -- null: nothing will happen by itself
    seen           bigint NOT NULL DEFAULT 0,    -- version of the interaction at the last look
    policy         integer NOT NULL DEFAULT 0,   -- and of the policy
    arrived        text[] NOT NULL DEFAULT '{}', -- queues whose exits for arrivals have been asked
    over           boolean NOT NULL DEFAULT false,
    -- the clock that matters most now, for lists
    clock          text CHECK (clock IN ('first_response', 'next_response', 'resolution')),
    state          text CHECK (state IN ('running', 'warned', 'breached', 'paused')),
    due_at         timestamptz,
    left_seconds   integer                       -- of open time, at the last look
);
CREATE INDEX sla_clocks_look ON sla_clocks (look_at, interaction_id) WHERE look_at IS NOT NULL;
CREATE INDEX sla_clocks_going ON sla_clocks (interaction_id) WHERE NOT over;

-- What was done about a clock: each thing once, whichever node comes first.
CREATE TABLE sla_actions (
    interaction_id uuid NOT NULL REFERENCES interactions,
    clock          text NOT NULL,
    anchor         text NOT NULL,                -- id of the event that began the cycle
    step           text NOT NULL,
    turn           integer NOT NULL,
    what           text NOT NULL CHECK (what IN ('warn', 'breach', 'withdraw')),
    cycle          integer NOT NULL,
    at             timestamptz NOT NULL,         -- when it fell due
    superseded     boolean NOT NULL,             -- written down only: something later was due, too
    policy         integer NOT NULL,
    acted_at       timestamptz NOT NULL,
    UNIQUE (interaction_id, clock, anchor, step, turn)
);

-- Exits of queues that an interaction took: each condition once in each queue.
CREATE TABLE queue_exits (
    interaction_id uuid NOT NULL REFERENCES interactions,
    queue_id       text NOT NULL REFERENCES queues,
    condition      text NOT NULL,
    policy         integer NOT NULL,
    at             timestamptz NOT NULL,
    UNIQUE (interaction_id, queue_id, condition)
);

-- What agents could do before they lost something: whoever holds work meanwhile gives it back. Written with the change
-- itself, whoever makes it and by whatever way.
CREATE TABLE lost_permissions (
    id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    agent_id uuid NOT NULL REFERENCES agents,
    queues   text[] NOT NULL,
    skills   jsonb NOT NULL
);
CREATE FUNCTION note_lost_permissions() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO lost_permissions (agent_id, queues, skills) VALUES (OLD.id, OLD.queues, OLD.skills);
    RETURN NULL;
END $$;
CREATE TRIGGER agents_lose AFTER UPDATE OF queues, skills, disabled_at ON agents FOR EACH ROW
WHEN (NOT OLD.queues <@ NEW.queues OR OLD.skills IS DISTINCT FROM NEW.skills
      OR (OLD.disabled_at IS NULL AND NEW.disabled_at IS NOT NULL))
EXECUTE FUNCTION note_lost_permissions();

-- The clock that matters most, as a card shows it.
CREATE FUNCTION clock_shown(sla_clocks) RETURNS jsonb
LANGUAGE sql STABLE PARALLEL SAFE
RETURN CASE WHEN $1.clock IS NOT NULL THEN
    jsonb_build_object('name', $1.clock, 'state', $1.state, 'due_at', $1.due_at, 'left_seconds', $1.left_seconds) END;

CREATE OR REPLACE VIEW cards AS
SELECT i.id, i.reference, i.version, i.channel, i.source, i.queue_id AS queue, i.state, i.customer_id,
       customer_name(c) AS customer_name,
       i.subject, i.last_text, i.last_at, i.unread, i.priority, i.units, i.created_at, i.queued_at, i.entered_at,
       i.due_at, i.answered_at, i.agent_id, g.name AS agent_name, i.offer_id,
       coalesce(o.reasons, '[]') AS offer_reasons, i.disposition, i.parent_id, i.preferred_agent_id,
       clock_shown(s) AS clock
FROM interactions i
JOIN customers c ON c.id = i.customer_id
LEFT JOIN agents g ON g.id = i.agent_id
LEFT JOIN offers o ON o.id = i.offer_id
LEFT JOIN sla_clocks s ON s.interaction_id = i.id;
