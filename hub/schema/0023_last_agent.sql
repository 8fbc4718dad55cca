-- Who spoke with a customer last: whoever took a contact of his last, by that moment, and whose account was not disabled
-- then. This very contact counts, too: who comes back into line has spoken with whoever gave him back. Rules, those who
-- wait for him, and a recorded day that is played again mean the same; before, rules went by when the contact came.
CREATE FUNCTION last_agent_of(customer uuid, before timestamptz) RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE
RETURN (SELECT s.agent_id FROM interactions h JOIN assignments s ON s.interaction_id = h.id
        JOIN agents g ON g.id = s.agent_id AND (g.disabled_at IS NULL OR g.disabled_at >= before)
        WHERE h.customer_id = customer AND s.started_at < before ORDER BY s.started_at DESC, s.id DESC LIMIT 1);

CREATE OR REPLACE FUNCTION known_by(customer uuid, this uuid, wanted text) RETURNS uuid LANGUAGE sql STABLE AS $$
SELECT CASE wanted
    WHEN 'owner' THEN owner_of(customer, this)
    WHEN 'last_agent' THEN last_agent_of(customer, 'infinity')
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
    LEFT JOIN agents l ON l.id = last_agent_of(c.id, 'infinity')
    WHERE c.id = customer);
