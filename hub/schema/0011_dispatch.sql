-- Which version of the policy made an offer; null: none was published yet.
ALTER TABLE offers ADD COLUMN policy_version integer;
-- Whom not to ask again is looked up for everything that waits, in each pass.
CREATE INDEX offers_refused ON offers (ended_at) WHERE state IN ('declined', 'missed');
CREATE INDEX assignments_requeued ON assignments (ended_at) WHERE end_reason = 'requeued';

-- Who knows the customer of an interaction: `owner` holds another open contact of his, or has laid it aside;
-- `last_agent` is the one who took a contact of his last.
CREATE FUNCTION known_by(customer uuid, this uuid, wanted text) RETURNS uuid LANGUAGE sql STABLE AS $$
SELECT CASE wanted
    WHEN 'owner' THEN (SELECT coalesce(h.agent_id, h.preferred_agent_id) FROM interactions h
                       WHERE h.customer_id = customer AND h.id <> this
                         AND h.state IN ('active', 'wrapping', 'waiting', 'parked')
                       ORDER BY h.last_at DESC, h.id LIMIT 1)
    WHEN 'last_agent' THEN (SELECT a.agent_id FROM interactions p JOIN assignments a ON a.interaction_id = p.id
                            WHERE p.customer_id = customer ORDER BY a.started_at DESC, a.id LIMIT 1)
    END
$$;

-- What dispatch decided, and all that it knew, so that it can be decided again. A pass is one row; what it knew lies in
-- pages of items and agents, each kept once however many passes saw it.
CREATE TABLE decision_pages (
    sha256 bytea PRIMARY KEY,                    -- of the content
    content bytea NOT NULL,                      -- deflated
    last_at timestamptz NOT NULL                 -- of the latest decision that saw it, to the hour
);
CREATE INDEX decision_pages_old ON decision_pages (last_at);
CREATE TABLE decisions (
    id             uuid PRIMARY KEY,
    at             timestamptz NOT NULL,         -- the `now` of the decision
    policy_version integer NOT NULL,             -- 0: none was published yet
    ordering       jsonb NOT NULL,               -- what of the policy decides the order
    work           bytea NOT NULL,               -- digests of pages, 32 bytes each
    agents         bytea NOT NULL,
    matches        jsonb NOT NULL,               -- [[item, agent], ...]
    plan_sha256    bytea NOT NULL                -- of the whole plan with its reasons
);
CREATE INDEX decisions_at ON decisions (at, id);
-- What a day has taken of its budget, on all nodes together, and how many decisions there was no room for.
CREATE TABLE decision_days (
    day      date PRIMARY KEY,                   -- UTC
    bytes    bigint NOT NULL,
    left_out integer NOT NULL DEFAULT 0
);
