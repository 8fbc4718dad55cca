-- name: known_addresses
-- With what rules may ask of their customers; $3: since when contacts count as repeated ones.
SELECT a.id, a.customer_id, a.kind, a.value, past_of(a.customer_id, $3, NULL) AS past
FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS wanted (kind, value, place)
JOIN addresses a ON a.kind = wanted.kind AND a.value = wanted.value
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
SELECT w.seconds FROM interactions i JOIN wrap_ups w ON w.queue_id = i.queue_id WHERE i.id = $1;

-- name: latest_of_address
SELECT i.id, i.agent_id, i.state FROM interactions i JOIN addresses a ON a.id = i.address_id
WHERE a.kind = $1 AND a.value = $2 AND i.channel = $3
ORDER BY i.created_at DESC, i.id DESC LIMIT 1;

-- name: loose_files
SELECT count(*) FROM files WHERE id = ANY($1::uuid[]) AND owner = $2 AND touch_id IS NULL;
