-- name: due
SELECT id FROM interactions
WHERE due_at <= $1 AND state IN ('offered', 'waiting', 'parked', 'wrapping')
ORDER BY due_at LIMIT 200;

-- name: next_due
SELECT min(due_at) FROM interactions WHERE due_at IS NOT NULL;
