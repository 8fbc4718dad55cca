-- name: claim
-- What is due, put off for as long as an attempt may take: a hub that dies leaves nothing behind but that pause.
UPDATE media m SET attempts = m.attempts + 1, due_at = $2
FROM (SELECT id FROM media WHERE state = 'wanted' AND due_at <= $1 ORDER BY due_at, id LIMIT $3
      FOR UPDATE SKIP LOCKED) due, touches t, messages s
WHERE m.id = due.id AND t.id = m.touch_id AND s.touch_id = m.touch_id
RETURNING m.id, m.touch_id, m.channel, m.source, m.place, m.url, m.declared_type, m.name, m.attempts, t.interaction_id,
          s.id AS message_id;

-- name: later
UPDATE media SET due_at = $2, error = $3 WHERE id = $1 AND state = 'wanted';

-- name: settle
UPDATE media SET state = $2, error = $4, kept_at = CASE $2 WHEN 'kept' THEN $3::timestamptz END
WHERE id = $1 AND state = 'wanted';

-- name: claim_there
-- Copies of a vendor whose time is over: never before ours is committed, which is when `kept_at` is seen here.
UPDATE media m SET there_attempts = m.there_attempts + 1, there_due_at = $4
FROM (SELECT id FROM media WHERE state = 'kept' AND there = 'left' AND channel = $1 AND kept_at <= $2
        AND (there_due_at IS NULL OR there_due_at <= $3) ORDER BY kept_at, id LIMIT $5 FOR UPDATE SKIP LOCKED) due
WHERE m.id = due.id
RETURNING m.id, m.channel, m.source, m.url, m.there_attempts AS attempts;

-- name: later_there
UPDATE media SET there_due_at = $2, there_error = $3 WHERE id = $1 AND there = 'left';

-- name: settle_there
UPDATE media SET there = $2, there_at = $3, there_error = $4 WHERE id = $1 AND there = 'left';
