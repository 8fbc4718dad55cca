-- name: begin
-- Whoever comes second finds the first one's row, and waits for it in `lock_sid`.
INSERT INTO calls (id, account, sid, number, document, place, fields, phase, began_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, 'menu', $8)
ON CONFLICT (account, sid) DO NOTHING;

-- name: lock
SELECT id, account, sid, number, interaction_id, seen_version, document, place, wiring, fields, phase, began_at,
       looked_at, ended_at
FROM calls WHERE id = $1 FOR NO KEY UPDATE;

-- name: lock_sid
SELECT id, account, sid, number, interaction_id, seen_version, document, place, wiring, fields, phase, began_at,
       looked_at, ended_at
FROM calls WHERE account = $1 AND sid = $2 FOR NO KEY UPDATE;

-- name: known
-- Whether something is known that speaks against a new call of $3: that it has begun already, or that he is blocked.
SELECT EXISTS (SELECT FROM calls WHERE account = $1 AND sid = $2)
    OR EXISTS (SELECT FROM blocked_numbers WHERE number = $3 AND removed_at IS NULL) AS known;

-- name: ring
-- A new call with its only leg and what it was answered, at once. Who comes second violates what is unique.
WITH call AS (INSERT INTO calls (id, account, sid, number, document, place, fields, phase, began_at, look_at)
              VALUES ($1, $2, $3, $4, $5, $6, $7, 'menu', $8, $9)),
     leg AS (INSERT INTO call_legs (call_id, leg, role, who, sid, state, planned_at, answered_at)
             VALUES ($1, $10, 'customer', $11, $3, $12, $8, $13)),
     raw AS (INSERT INTO blobs (sha256, size, bytes, stored_at) VALUES ($18, length($19::bytea), $19, $17)
             ON CONFLICT (sha256) DO NOTHING)
INSERT INTO arrivals (id, source, natural_key, arrived_at, outcome, raw_sha256, content_type, body_sha256, call_id,
                      answer)
VALUES ($14, $15, $16, $17, 'stored', $18, $20, $18, $1, $21);

-- name: answered
SELECT id, answer FROM arrivals WHERE source = $1 AND natural_key = $2 AND outcome = 'stored';

-- name: keep
WITH raw AS (INSERT INTO blobs (sha256, size, bytes, stored_at) VALUES ($6, length($7::bytea), $7, $4)
             ON CONFLICT (sha256) DO NOTHING)
INSERT INTO arrivals (id, source, natural_key, arrived_at, outcome, raw_sha256, content_type, body_sha256, call_id,
                      answer, reason)
VALUES ($1, $2, $3, $4, $5, $6, $8, $6, $9, $10, $11);

-- name: save
UPDATE calls SET interaction_id = $2, seen_version = $3, document = $4, place = $5, wiring = $6, phase = $7,
                 looked_at = $8, look_at = $9, ended_at = $10
WHERE id = $1;

-- name: save_legs
INSERT INTO call_legs (call_id, leg, role, who, sid, state, live, planned_at, answered_at, ended_at)
SELECT $1, n.leg, n.role, n.who, n.sid, n.state, n.live, n.planned_at, n.answered_at, n.ended_at
FROM jsonb_to_recordset($2::jsonb) AS n (leg text, role text, who text, sid text, state text, live boolean,
                                         planned_at timestamptz, answered_at timestamptz, ended_at timestamptz)
ON CONFLICT (call_id, leg) DO UPDATE
SET role = excluded.role, sid = excluded.sid, state = excluded.state, live = excluded.live,
    answered_at = excluded.answered_at, ended_at = excluded.ended_at
WHERE (call_legs.role, call_legs.sid, call_legs.state, call_legs.live, call_legs.answered_at, call_legs.ended_at)
   IS DISTINCT FROM
      (excluded.role, excluded.sid, excluded.state, excluded.live, excluded.answered_at, excluded.ended_at);

-- name: give_out
-- A command that comes again was forgotten: it surely did nothing.
INSERT INTO call_commands (call_id, id, phase, created_at, due_at, deadline)
SELECT $1, n.id, $2, $3, $3, n.deadline FROM unnest($4::text[], $5::timestamptz[]) AS n (id, deadline)
ON CONFLICT (call_id, id) DO UPDATE
SET state = 'pending', phase = excluded.phase, attempts = 0, due_at = excluded.due_at, deadline = excluded.deadline,
    claimed_until = NULL;

-- name: claim
-- The first commands of calls that have none under way, most overdue first. Those about the recording wait for one
-- another only, and the newest goes first: a card number is not read out because a transfer hangs. What was claimed by a
-- hub that died is claimed again when its lock is gone, or its time is over: only a create must be looked for then.
UPDATE call_commands c SET state = 'sending', attempts = c.attempts + 1, claimed_until = $2, claimed_by = $3
FROM (SELECT DISTINCT ON (o.call_id, o.recording) o.call_id, o.id, o.state AS before
      FROM (SELECT call_id, id, state, number, id LIKE 'record:%' AS recording FROM call_commands
            WHERE state IN ('pending', 'sending')) o
      ORDER BY o.call_id, o.recording, o.recording AND o.state = 'sending' DESC,
               CASE WHEN o.recording THEN -o.number ELSE o.number END LIMIT 200) f
WHERE c.call_id = f.call_id AND c.id = f.id AND c.due_at <= $1
  AND (c.state = 'pending' OR c.claimed_until < $1 OR c.claimed_by IS NOT NULL AND NOT EXISTS (
      SELECT FROM pg_locks l WHERE l.locktype = 'advisory' AND l.objsubid = 2
      AND l.classid::bigint = $4 AND l.objid::bigint = c.claimed_by))
RETURNING c.call_id, c.id, c.attempts, c.deadline, f.before = 'sending' AS doubtful;

-- name: live
SELECT pg_advisory_lock($1, $2);

-- name: finish
UPDATE call_commands SET state = $3, error = $4, claimed_until = NULL WHERE call_id = $1 AND id = $2;

-- name: put_off
UPDATE call_commands SET state = 'pending', due_at = $3, error = $4, claimed_until = NULL
WHERE call_id = $1 AND id = $2;

-- name: moved
-- Calls that have to be brought together with their interaction again.
SELECT c.id FROM calls c JOIN interactions i ON i.id = c.interaction_id
WHERE c.ended_at IS NULL AND i.version <> c.seen_version LIMIT 200;

-- name: looks
-- Marked at once, so that nobody else asks for the same call at the same time.
UPDATE calls SET looked_at = $1, look_at = $2
WHERE id IN (SELECT id FROM calls WHERE ended_at IS NULL AND look_at <= $1 ORDER BY look_at LIMIT 50
             FOR NO KEY UPDATE SKIP LOCKED)
RETURNING id;

-- name: next
SELECT least((SELECT min(look_at) FROM calls WHERE ended_at IS NULL),
             (SELECT min(due_at) FROM call_commands WHERE state = 'pending'));

-- name: of_interaction
-- One that is called back hangs on several, one after the other.
SELECT id FROM calls WHERE interaction_id = $1 ORDER BY began_at DESC, id DESC LIMIT 1;

-- name: look_at_all
UPDATE calls SET look_at = $1 WHERE ended_at IS NULL AND (look_at IS NULL OR look_at > $1);

-- name: load
SELECT id, account, sid, number, interaction_id, seen_version, document, place, wiring, fields, phase, began_at,
       looked_at, ended_at
FROM calls WHERE id = $1;

-- name: glance
-- What somebody in line hears follows from: the call, unlocked; whether this request ($2, $3) is kept already; where he
-- waits, and what the last exit of his queue, or step of its ladder, was that he hears of.
SELECT c.id, c.account, c.sid, c.number, c.interaction_id, c.seen_version, c.document, c.place, c.wiring, c.fields,
       c.phase, c.began_at, c.looked_at, c.ended_at,
       EXISTS (SELECT FROM arrivals a WHERE a.source = $2 AND a.natural_key = $3 AND a.outcome = 'stored') AS answered,
       i.id AS waits, i.queue_id,
       (SELECT t.data ->> 'exit' FROM touches t WHERE t.interaction_id = i.id AND t.kind IN ('overflowed', 'escalated')
        AND t.data ->> 'exit' IN ('callback', 'voicemail', 'message') ORDER BY t.version DESC LIMIT 1) AS exit
FROM calls c LEFT JOIN interactions i ON i.id = c.interaction_id AND i.state = 'queued'
WHERE c.id = $1;

-- name: line
-- All who wait in a queue, in the order of `routing.score`; $2 and $3 as for `ahead`.
SELECT i.id FROM interactions i JOIN queues q ON q.id = i.queue_id
WHERE i.queue_id = $1 AND i.state IN ('queued', 'offered')
ORDER BY i.queued_at + make_interval(secs => 60 * (
             coalesce((i.placement ->> 'target_minutes')::float8, $3::float8, q.service_level_seconds / 60.0)
             - i.priority * $2::integer)), i.queued_at, i.id;

-- name: queue_of
SELECT i.queue_id FROM calls c JOIN interactions i ON i.id = c.interaction_id WHERE c.id = $1;

-- name: agent_of
SELECT id FROM agents WHERE replace(id::text, '-', '') = $1;

-- name: names_of
SELECT id, name FROM agents WHERE id = ANY ($1::uuid[]);

-- name: watched
SELECT EXISTS (SELECT FROM touches WHERE interaction_id = $1 AND kind = 'call'
               AND data ->> 'what' = 'supervised' AND data ->> 'leg' = $2);

-- name: beside
SELECT interaction_id FROM calls_aside WHERE agent_id = $1 LIMIT 1;

-- name: lock_agent
SELECT FROM agents WHERE id = $1 FOR NO KEY UPDATE;

-- name: may_be_called
-- A colleague whose console is open, and who is in no other call.
SELECT EXISTS (SELECT FROM connections c WHERE c.agent_id = a.id AND c.expires_at > $2)
   AND NOT EXISTS (SELECT FROM interactions i WHERE i.agent_id = a.id AND i.exclusive
                   AND i.state IN ('offered', 'active'))
   AND NOT EXISTS (SELECT FROM offers_beside b WHERE b.agent_id = a.id AND b.exclusive)
   AND NOT EXISTS (SELECT FROM calls_aside s WHERE s.agent_id = a.id)
FROM agents a WHERE a.id = $1 AND a.disabled_at IS NULL;

-- name: has_interaction
SELECT EXISTS (SELECT FROM interactions WHERE id = $1);
