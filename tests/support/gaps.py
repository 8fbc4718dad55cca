"""What must never stand in the database, whoever wrote it and however it ended. No rows is what we want."""

GAPS = """
SELECT 'touches of ' || i.reference AS what FROM interactions i LEFT JOIN touches t ON t.interaction_id = i.id
GROUP BY i.id HAVING count(t.id) <> i.version OR max(t.version) <> i.version OR min(t.version) <> 1
UNION ALL
SELECT 'messages of ' || i.reference FROM interactions i LEFT JOIN messages m ON m.interaction_id = i.id
GROUP BY i.id HAVING count(m.id) <> i.messages OR coalesce(max(m.number), 0) <> i.messages
UNION ALL
SELECT 'load of ' || a.login FROM agents a JOIN interactions h ON h.agent_id = a.id
WHERE h.state IN ('offered', 'active', 'wrapping') GROUP BY a.id HAVING sum(h.units) > a.capacity
UNION ALL
SELECT 'exclusive work of ' || a.login FROM agents a JOIN interactions h ON h.agent_id = a.id
WHERE h.state IN ('offered', 'active', 'wrapping') GROUP BY a.id HAVING count(*) > 1 AND bool_or(h.exclusive)
UNION ALL
SELECT 'interaction without arrival: ' || i.reference FROM interactions i
WHERE NOT EXISTS (SELECT FROM touches t JOIN arrivals a ON a.touch_id = t.id
                  WHERE t.interaction_id = i.id AND a.outcome = 'stored')
  AND NOT EXISTS (SELECT FROM touches t JOIN messages m ON m.touch_id = t.id  -- begun by what we wrote
                  JOIN outbox o ON o.message_id = m.id
                  WHERE t.interaction_id = i.id AND t.version = 1 AND t.kind = 'said')
  AND NOT EXISTS (SELECT FROM touches t WHERE t.interaction_id = i.id AND t.version = 1  -- begun by our call
                  AND t.kind = 'call' AND t.data->>'what' = 'outgoing')
  AND NOT EXISTS (SELECT FROM calls c WHERE c.interaction_id = i.id AND i.channel = 'voice')  -- webhooks tell of a call
UNION ALL
SELECT 'blob of arrival ' || a.id FROM arrivals a LEFT JOIN blobs b ON b.sha256 = a.raw_sha256 WHERE b.sha256 IS NULL
UNION ALL
SELECT 'states of ' || login FROM agents g JOIN agent_states s ON s.agent_id = g.id
GROUP BY g.id, g.login, g.declared
HAVING count(*) FILTER (WHERE s.ended_at IS NULL) <> 1
    OR max(s.state) FILTER (WHERE s.ended_at IS NULL) <> g.declared
UNION ALL
SELECT 'end that ' || a.login || ' waits for' FROM agents a WHERE a.pending IS NOT NULL AND NOT EXISTS (
    SELECT FROM interactions h WHERE h.agent_id = a.id AND h.state IN ('offered', 'active', 'wrapping'))
UNION ALL
SELECT 'outbox of message ' || m.id FROM messages m JOIN outbox o ON o.message_id = m.id
WHERE o.state IN ('failed', 'unconfirmed') AND m.state IN ('pending', 'sent')
   OR o.state = 'sent' AND m.state IN ('pending', 'unconfirmed')
UNION ALL
SELECT 'customers of interaction ' || i.reference FROM interactions i JOIN addresses a ON a.id = i.address_id
WHERE a.customer_id <> i.customer_id
"""
