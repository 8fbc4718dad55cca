-- name: known_addresses
-- With what rules may ask of their customers; $3: since when contacts count as repeated ones.
SELECT a.id, a.customer_id, a.kind, a.value, c.vip, c.segments, c.contract, c.owner_id,
       (SELECT o.login FROM agents o WHERE o.id = c.owner_id AND o.disabled_at IS NULL) AS owner,
       l.id AS last_agent_id, l.login AS last_agent, coalesce(i.open_case, false) AS open_case, i.repeated
FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS wanted (kind, value, place)
JOIN addresses a ON a.kind = wanted.kind AND a.value = wanted.value
JOIN customers c ON c.id = a.customer_id
LEFT JOIN LATERAL (SELECT g.id, g.login FROM interactions h JOIN assignments s ON s.interaction_id = h.id
                   JOIN agents g ON g.id = s.agent_id WHERE h.customer_id = c.id AND g.disabled_at IS NULL
                   ORDER BY h.created_at DESC, s.started_at DESC LIMIT 1) l ON true
CROSS JOIN LATERAL (SELECT bool_or(h.state <> 'done') AS open_case, count(*) FILTER (WHERE h.created_at > $3) AS repeated
                    FROM interactions h WHERE h.customer_id = c.id AND (h.state <> 'done' OR h.created_at > $3)) i
ORDER BY wanted.place;

-- name: arrival
SELECT a.body_sha256, t.interaction_id, i.reference, m.id AS message_id, coalesce(m.number, 0) AS number,
       t.at, a.touch_id
FROM arrivals a
JOIN touches t ON t.id = a.touch_id
JOIN interactions i ON i.id = t.interaction_id
LEFT JOIN messages m ON m.touch_id = t.id
WHERE a.source = $1 AND a.natural_key = $2 AND a.outcome = 'stored';

-- name: wrap_up_seconds
SELECT q.wrap_up_seconds FROM interactions i JOIN queues q ON q.id = i.queue_id WHERE i.id = $1;

-- name: latest_of_address
SELECT i.id, i.agent_id, i.state FROM interactions i JOIN addresses a ON a.id = i.address_id
WHERE a.kind = $1 AND a.value = $2 AND i.channel = $3
ORDER BY i.created_at DESC, i.id DESC LIMIT 1;

-- name: loose_files
SELECT count(*) FROM files WHERE id = ANY($1::uuid[]) AND owner = $2 AND touch_id IS NULL;
