-- name: due
SELECT i.id, EXISTS (SELECT FROM callbacks b WHERE b.interaction_id = i.id AND b.closed_at IS NULL) AS keeps_age
FROM interactions i
WHERE due_at <= $1 AND state IN ('offered', 'waiting', 'parked', 'wrapping')
ORDER BY due_at LIMIT 200;

-- name: next_due
SELECT min(due_at) FROM interactions WHERE due_at IS NOT NULL;
