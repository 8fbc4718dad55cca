-- One offer may ring at several agents at once: at the first, and beside him at others. Whoever is first has it.
ALTER TABLE interactions ADD COLUMN beside jsonb NOT NULL DEFAULT '[]'; -- [{agent, offer}]: who else may take it
ALTER TABLE offers ADD COLUMN beside boolean NOT NULL DEFAULT false;    -- it began beside that of somebody else
DROP INDEX offers_one_open;
CREATE UNIQUE INDEX offers_one_open ON offers (interaction_id, agent_id) WHERE state = 'open';
CREATE INDEX offers_beside_open ON offers (agent_id) WHERE state = 'open' AND beside;

-- What rings at an agent beside somebody else takes his room, too. Who was asked first stays `interactions.agent_id`
-- until he passes; then one of the others is.
CREATE VIEW offers_beside AS
SELECT o.agent_id, o.id AS offer_id, i.id AS interaction_id, i.queue_id, i.queued_at, i.channel, i.units, i.exclusive,
       i.interruptible
FROM offers o JOIN interactions i ON i.id = o.interaction_id
WHERE o.state = 'open' AND o.beside AND i.agent_id IS DISTINCT FROM o.agent_id;

CREATE OR REPLACE FUNCTION used_units(agent uuid) RETURNS integer
LANGUAGE sql STABLE PARALLEL SAFE
RETURN (WITH held AS (SELECT units, exclusive, interruptible FROM interactions
                      WHERE agent_id = agent AND state IN ('offered', 'active', 'wrapping')
                      UNION ALL
                      SELECT units, exclusive, interruptible FROM offers_beside WHERE agent_id = agent
                      UNION ALL
                      SELECT units, exclusive, interruptible FROM calls_aside WHERE agent_id = agent)
        SELECT coalesce(sum(units), 0)::integer FROM held
        WHERE NOT (interruptible AND EXISTS (SELECT FROM held WHERE exclusive)));

CREATE OR REPLACE VIEW cards AS
SELECT i.id, i.reference, i.version, i.channel, i.source, i.queue_id AS queue, i.state, i.customer_id,
       customer_name(c) AS customer_name,
       i.subject, i.last_text, i.last_at, i.unread, i.priority, i.units, i.created_at, i.queued_at, i.entered_at,
       i.due_at, i.answered_at, i.agent_id, g.name AS agent_name, i.offer_id,
       coalesce(o.reasons, '[]') AS offer_reasons, i.disposition, i.parent_id, i.preferred_agent_id,
       clock_shown(s) AS clock, b.interaction_id IS NOT NULL AS callback, c.vip,
       ARRAY(SELECT (one ->> 'agent')::uuid FROM jsonb_array_elements(i.beside) one) AS beside
FROM interactions i
JOIN customers c ON c.id = i.customer_id
LEFT JOIN agents g ON g.id = i.agent_id
LEFT JOIN offers o ON o.id = i.offer_id
LEFT JOIN sla_clocks s ON s.interaction_id = i.id
LEFT JOIN callbacks b ON b.interaction_id = i.id AND b.closed_at IS NULL;
