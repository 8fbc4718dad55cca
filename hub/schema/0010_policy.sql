-- The routing policy: each published version for ever, the highest one in force, and one draft that everybody shares.
CREATE TABLE policies (
    version      integer PRIMARY KEY CHECK (version > 0),
    document     jsonb NOT NULL,
    digest       text NOT NULL,                  -- sha256 of what it says
    published_at timestamptz NOT NULL,
    published_by uuid REFERENCES agents,         -- null: made from the configuration
    note         text NOT NULL DEFAULT '',
    from_version integer REFERENCES policies     -- the older version that was restored
);
CREATE TABLE policy_draft (
    one      boolean PRIMARY KEY DEFAULT true CHECK (one),
    document jsonb NOT NULL,
    base     integer NOT NULL,                   -- the version it was begun from
    saved_at timestamptz NOT NULL,
    saved_by uuid REFERENCES agents
);

-- Where a contact was put, by which rule of which version.
ALTER TABLE interactions ADD COLUMN policy_version integer;
ALTER TABLE interactions ADD COLUMN placement jsonb;  -- queue, require, prefer, priority, target_minutes, sticky, rings
ALTER TABLE interactions ADD COLUMN rule text;        -- null: none held, the default did
ALTER TABLE interactions ADD COLUMN placed_at timestamptz;

-- What rules may ask of a customer.
ALTER TABLE customers ADD COLUMN vip boolean NOT NULL DEFAULT false;
ALTER TABLE customers ADD COLUMN segments text[] NOT NULL DEFAULT '{}';
ALTER TABLE customers ADD COLUMN contract text;
ALTER TABLE customers ADD COLUMN owner_id uuid REFERENCES agents;  -- who looks after him

-- What rules may ask of a customer's past, a contact of his own left out; contacts after `since` count as repeated ones.
CREATE FUNCTION past_of(customer uuid, since timestamptz, but uuid) RETURNS jsonb
LANGUAGE sql STABLE PARALLEL SAFE
RETURN (
    SELECT jsonb_build_object(
        'vip', c.vip, 'segment', c.segments, 'contract', c.contract, 'owner_id', o.id, 'owner', o.login,
        'last_agent_id', l.id, 'last_agent', l.login,
        'known', EXISTS (SELECT FROM interactions h WHERE h.customer_id = c.id AND h.id IS DISTINCT FROM but),
        'open_case', EXISTS (SELECT FROM interactions h
                             WHERE h.customer_id = c.id AND h.state <> 'done' AND h.id IS DISTINCT FROM but),
        'repeat_contacts', (SELECT count(*) FROM interactions h
                            WHERE h.customer_id = c.id AND h.created_at > since AND h.id IS DISTINCT FROM but))
    FROM customers c
    LEFT JOIN agents o ON o.id = c.owner_id AND o.disabled_at IS NULL
    LEFT JOIN LATERAL (SELECT g.id, g.login FROM interactions h JOIN assignments s ON s.interaction_id = h.id
                       JOIN agents g ON g.id = s.agent_id
                       WHERE h.customer_id = c.id AND g.disabled_at IS NULL AND h.id IS DISTINCT FROM but
                       ORDER BY h.created_at DESC, s.started_at DESC LIMIT 1) l ON true
    WHERE c.id = customer);

-- Who changed what an agent may be given.
CREATE TABLE agent_edits (
    agent_id uuid NOT NULL REFERENCES agents,
    at       timestamptz NOT NULL,
    by       uuid NOT NULL REFERENCES agents,
    before   jsonb NOT NULL,
    after    jsonb NOT NULL
);
CREATE INDEX agent_edits_agent ON agent_edits (agent_id, at);
