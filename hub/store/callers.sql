-- name: knocked
UPDATE blocked_numbers SET calls = calls + 1, last_at = $2 WHERE number = $1 AND removed_at IS NULL RETURNING number;

-- name: listed
SELECT b.number, b.reason, a.name AS added_by, b.added_at, b.calls, b.last_at
FROM blocked_numbers b JOIN agents a ON a.id = b.added_by
WHERE b.removed_at IS NULL ORDER BY b.added_at DESC, b.number LIMIT 1000;

-- name: block
INSERT INTO blocked_numbers (number, reason, added_by, added_at) VALUES ($1, $2, $3, $4)
ON CONFLICT (number) DO UPDATE
SET reason = excluded.reason, added_by = excluded.added_by, added_at = excluded.added_at, removed_by = NULL,
    removed_at = NULL;

-- name: unblock
UPDATE blocked_numbers SET removed_by = $2, removed_at = $3 WHERE number = $1 AND removed_at IS NULL RETURNING number;
