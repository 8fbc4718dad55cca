-- Numbers that supervisors do not want to be let in. What was taken off the list stays, with who did it.
CREATE TABLE blocked_numbers (
    number     text PRIMARY KEY CHECK (number ~ '^\+[1-9][0-9]{5,14}$'),
    reason     text NOT NULL,
    added_by   uuid NOT NULL REFERENCES agents,
    added_at   timestamptz NOT NULL,
    removed_by uuid REFERENCES agents,
    removed_at timestamptz,
    calls      integer NOT NULL DEFAULT 0,     -- how often it has rung since
    last_at    timestamptz
);

-- A row of a list says whether its customer is to be called back.
CREATE OR REPLACE VIEW cards AS
SELECT i.id, i.reference, i.version, i.channel, i.source, i.queue_id AS queue, i.state, i.customer_id,
       customer_name(c) AS customer_name,
       i.subject, i.last_text, i.last_at, i.unread, i.priority, i.units, i.created_at, i.queued_at, i.entered_at,
       i.due_at, i.answered_at, i.agent_id, g.name AS agent_name, i.offer_id,
       coalesce(o.reasons, '[]') AS offer_reasons, i.disposition, i.parent_id, i.preferred_agent_id,
       clock_shown(s) AS clock, b.interaction_id IS NOT NULL AS callback
FROM interactions i
JOIN customers c ON c.id = i.customer_id
LEFT JOIN agents g ON g.id = i.agent_id
LEFT JOIN offers o ON o.id = i.offer_id
LEFT JOIN sla_clocks s ON s.interaction_id = i.id
LEFT JOIN callbacks b ON b.interaction_id = i.id AND b.closed_at IS NULL;
