-- What supervisors set of a customer is kept like corrections of his name.
ALTER TABLE customer_edits DROP CONSTRAINT customer_edits_field_check;
ALTER TABLE customer_edits ADD CONSTRAINT customer_edits_field_check
    CHECK (field IN ('name', 'language', 'vip', 'segments', 'contract', 'owner'));

-- Whose a customer is: the agent who was named as looking after him, and without one (or once he is disabled) whoever
-- holds another open contact of his, or has laid it aside. Rules and those who wait for him mean the same.
CREATE FUNCTION owner_of(customer uuid, but uuid) RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE
RETURN coalesce(
    (SELECT o.id FROM customers c JOIN agents o ON o.id = c.owner_id AND o.disabled_at IS NULL WHERE c.id = customer),
    (SELECT coalesce(h.agent_id, h.preferred_agent_id) FROM interactions h
     WHERE h.customer_id = customer AND h.id IS DISTINCT FROM but
       AND h.state IN ('active', 'wrapping', 'waiting', 'parked')
     ORDER BY h.last_at DESC, h.id LIMIT 1));

CREATE OR REPLACE FUNCTION known_by(customer uuid, this uuid, wanted text) RETURNS uuid LANGUAGE sql STABLE AS $$
SELECT CASE wanted
    WHEN 'owner' THEN owner_of(customer, this)
    WHEN 'last_agent' THEN (SELECT a.agent_id FROM interactions p JOIN assignments a ON a.interaction_id = p.id
                            WHERE p.customer_id = customer ORDER BY a.started_at DESC, a.id LIMIT 1)
    END
$$;

CREATE OR REPLACE FUNCTION past_of(customer uuid, since timestamptz, but uuid) RETURNS jsonb
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
    LEFT JOIN agents o ON o.id = owner_of(c.id, but)
    LEFT JOIN LATERAL (SELECT g.id, g.login FROM interactions h JOIN assignments s ON s.interaction_id = h.id
                       JOIN agents g ON g.id = s.agent_id
                       WHERE h.customer_id = c.id AND g.disabled_at IS NULL AND h.id IS DISTINCT FROM but
                       ORDER BY h.created_at DESC, s.started_at DESC LIMIT 1) l ON true
    WHERE c.id = customer);

-- A row of a list says whether its customer is very important.
CREATE OR REPLACE VIEW cards AS
SELECT i.id, i.reference, i.version, i.channel, i.source, i.queue_id AS queue, i.state, i.customer_id,
       customer_name(c) AS customer_name,
       i.subject, i.last_text, i.last_at, i.unread, i.priority, i.units, i.created_at, i.queued_at, i.entered_at,
       i.due_at, i.answered_at, i.agent_id, g.name AS agent_name, i.offer_id,
       coalesce(o.reasons, '[]') AS offer_reasons, i.disposition, i.parent_id, i.preferred_agent_id,
       clock_shown(s) AS clock, b.interaction_id IS NOT NULL AS callback, c.vip
FROM interactions i
JOIN customers c ON c.id = i.customer_id
LEFT JOIN agents g ON g.id = i.agent_id
LEFT JOIN offers o ON o.id = i.offer_id
LEFT JOIN sla_clocks s ON s.interaction_id = i.id
LEFT JOIN callbacks b ON b.interaction_id = i.id AND b.closed_at IS NULL;
