-- name: address
SELECT kind, value, verified FROM addresses WHERE id = $1;

-- name: in_line
SELECT i.channel, a.kind, a.value, a.verified
FROM interactions i JOIN addresses a ON a.id = i.address_id
WHERE i.state IN ('queued', 'offered') AND i.queue_id = ANY ($1::text[]) AND i.channel = ANY ($2::text[]);

-- name: held_by
SELECT i.channel, a.kind, a.value, a.verified
FROM interactions i JOIN addresses a ON a.id = i.address_id
WHERE i.id = $1 AND i.agent_id = $2 AND i.state IN ('active', 'wrapping');
