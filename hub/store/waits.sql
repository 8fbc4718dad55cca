-- name: handles
-- Handle times of a queue, wrap-up included, the newest first.
SELECT extract(epoch FROM a.ended_at - a.started_at)::float8 AS seconds
FROM assignments a JOIN interactions i ON i.id = a.interaction_id
WHERE i.queue_id = $1 AND a.ended_at > $2 ORDER BY a.ended_at DESC LIMIT 200;

-- name: waits
-- How long people of a queue waited, those who still do included, and whether they left without an answer.
SELECT extract(epoch FROM coalesce(i.answered_at, i.closed_at, $3) - i.created_at)::float8 AS seconds,
       i.answered_at IS NULL AND i.closed_at IS NOT NULL AS left_then
FROM interactions i WHERE i.queue_id = $1 AND i.created_at > $2
ORDER BY i.created_at DESC LIMIT 200;

-- name: outcomes
-- What people were told, as it was estimated, and how long they have waited since; the newest first.
SELECT t.estimated_seconds AS said, extract(epoch FROM coalesce(a.answered_at, i.closed_at, $3) - t.told_at)::float8 AS waited,
       a.answered_at IS NOT NULL AS answered
FROM told_waits t JOIN interactions i ON i.id = t.interaction_id
CROSS JOIN LATERAL (SELECT min(s.started_at) AS answered_at FROM assignments s
                    WHERE s.interaction_id = t.interaction_id AND s.started_at >= t.told_at) a
WHERE t.queue_id = $1 AND t.told_at > $2 ORDER BY t.told_at DESC LIMIT 200;

-- name: told
-- What he was told last of the present wait.
SELECT t.seconds, t.position, t.places FROM told_waits t
WHERE t.interaction_id = $1 AND t.queue_id = $2
  AND NOT EXISTS (SELECT FROM assignments s WHERE s.interaction_id = $1 AND s.started_at >= t.told_at);

-- name: tell
-- The first estimate of a wait: what comes is compared with that one.
INSERT INTO told_waits AS t (interaction_id, queue_id, told_at, estimated_seconds, seconds, position, places)
VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT (interaction_id) DO UPDATE
SET queue_id = $2, told_at = $3, estimated_seconds = $4, seconds = $5, position = $6, places = $7;

-- name: tell_again
UPDATE told_waits SET seconds = $2, position = $3, places = $4 WHERE interaction_id = $1;
