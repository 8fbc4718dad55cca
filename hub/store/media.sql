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
UPDATE media SET state = $2, error = $3 WHERE id = $1 AND state = 'wanted';
