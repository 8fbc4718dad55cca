-- Whoever is on the line of a call that somebody else holds, asked or listening, has no room for other work.
ALTER TABLE call_legs
    ADD COLUMN agent_id uuid GENERATED ALWAYS AS (
        CASE WHEN who ~ '^client:agent_[0-9a-f]{32}$' THEN substr(who, 14)::uuid END) STORED,
    ADD COLUMN live boolean NOT NULL DEFAULT false; -- on the line, or about to be
CREATE INDEX call_legs_agent ON call_legs (agent_id) WHERE live AND agent_id IS NOT NULL;

CREATE VIEW calls_aside AS
SELECT l.agent_id, i.id AS interaction_id, i.channel, i.units, true AS exclusive, false AS interruptible
FROM call_legs l JOIN calls c ON c.id = l.call_id JOIN interactions i ON i.id = c.interaction_id
WHERE l.live AND l.agent_id IS NOT NULL AND c.ended_at IS NULL AND i.agent_id IS DISTINCT FROM l.agent_id;

CREATE OR REPLACE FUNCTION used_units(agent uuid) RETURNS integer
LANGUAGE sql STABLE PARALLEL SAFE
RETURN (WITH held AS (SELECT units, exclusive, interruptible FROM interactions
                      WHERE agent_id = agent AND state IN ('offered', 'active', 'wrapping')
                      UNION ALL
                      SELECT units, exclusive, interruptible FROM calls_aside WHERE agent_id = agent)
        SELECT coalesce(sum(units), 0)::integer FROM held
        WHERE NOT (interruptible AND EXISTS (SELECT FROM held WHERE exclusive)));
