-- name: begin
-- One that runs. What becomes of it is looked for when its call is over.
INSERT INTO recordings (id, source, call_id, interaction_id, account, sid, started_at, state, due_at)
VALUES ($1, 'call', $2, $3, $4, $5, $6, 'running', $6)
ON CONFLICT (account, sid) DO NOTHING;

-- name: ready
-- One that ran, one of which nothing was known (its beginning had no answer), or one that was given up too early.
INSERT INTO recordings (id, source, call_id, interaction_id, account, sid, url, started_at, seconds, state, due_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'fetching', $8)
ON CONFLICT (account, sid) DO UPDATE
SET url = excluded.url, seconds = excluded.seconds, state = 'fetching', attempts = 0, due_at = excluded.due_at
WHERE recordings.state IN ('running', 'failed')
RETURNING id;

-- name: lost
UPDATE recordings SET state = 'failed', error = $3, due_at = NULL
WHERE account = $1 AND sid = $2 AND state = 'running' RETURNING id;

-- name: claim
-- What is due, put off for as long as an attempt may take. One that runs is asked for only when its call is over.
UPDATE recordings r SET attempts = r.attempts + 1, due_at = $2
FROM (SELECT o.id, c.ended_at FROM recordings o JOIN calls c ON c.id = o.call_id
      WHERE o.due_at <= $1 AND (o.state <> 'running' OR c.ended_at <= $3)
      ORDER BY o.due_at, o.id LIMIT $4 FOR UPDATE OF o SKIP LOCKED) due
WHERE r.id = due.id
RETURNING r.id, r.source, r.call_id, r.interaction_id, r.account, r.sid, r.seconds, r.url, r.state, r.attempts, due.ended_at;

-- name: later
UPDATE recordings SET due_at = $3, error = $4 WHERE id = $1 AND state = $2;

-- name: store
WITH done AS (UPDATE recordings SET state = 'stored', attempts = 0, due_at = NULL, error = NULL, size = $2,
                     channels = $3, peaks = $4, keep_until = $5
              WHERE id = $1 AND state = 'fetching' RETURNING id)
INSERT INTO recording_sounds (recording_id, media_type, bytes) SELECT id, $6, $7 FROM done;

-- name: fail
-- $4: when the provider's copy has to go, as if we had one.
UPDATE recordings SET state = 'failed', due_at = NULL, error = $3, keep_until = $4 WHERE id = $1 AND state = $2;

-- name: outlived
SELECT id FROM recordings WHERE state IN ('stored', 'failed') AND keep_until <= $1 ORDER BY keep_until LIMIT 100;

-- name: interaction_of
SELECT interaction_id FROM recordings WHERE id = $1;

-- name: delete
-- Our copy; `due_at`: the provider's is next.
WITH gone AS (DELETE FROM recording_sounds WHERE recording_id = $1)
UPDATE recordings SET state = 'deleted', attempts = 0, due_at = $2, size = 0, peaks = '{}'
WHERE id = $1 AND state IN ('stored', 'failed') RETURNING id;

-- name: settled
UPDATE recordings SET due_at = NULL, error = $2 WHERE id = $1;

-- name: queue
SELECT queue_id FROM interactions WHERE id = $1;

-- name: one
-- `heard`: the agent was on the line, or holds what the voicemail is about.
SELECT r.id, r.interaction_id, r.source, r.started_at, r.seconds, r.channels, r.size, r.state, r.peaks, r.keep_until,
       r.error, CASE WHEN r.state = 'fetching' AND r.error IS NOT NULL THEN r.due_at END AS again_at,
       r.source = 'voicemail' OR i.agent_id = $2 OR EXISTS (
           SELECT FROM call_legs l WHERE l.call_id = r.call_id AND l.who = $3 AND l.answered_at IS NOT NULL) AS heard
FROM recordings r JOIN interactions i ON i.id = r.interaction_id
WHERE r.id = $1;

-- name: part
SELECT media_type, substring(bytes FROM $2::integer + 1 FOR $3::integer) AS bytes
FROM recording_sounds WHERE recording_id = $1;

-- name: accessed
-- Whoever seeks in it, or hears it again within a quarter of an hour, listens once.
INSERT INTO recording_accesses (recording_id, agent_id, at, what)
SELECT $1, $2::uuid, $3::timestamptz, $4
WHERE NOT EXISTS (SELECT FROM recording_accesses a WHERE a.recording_id = $1 AND a.agent_id = $2 AND a.what = $4
                  AND a.at > $3::timestamptz - interval '15 minutes');

-- name: accesses
SELECT coalesce(u.name, '') AS agent_name, a.at, a.what
FROM recording_accesses a LEFT JOIN agents u ON u.id = a.agent_id
WHERE a.recording_id = $1 ORDER BY a.at DESC LIMIT 500;
