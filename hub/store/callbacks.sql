-- name: of
SELECT interaction_id, account, ours, number, read_back, language, asked_at, call_id, dialled_at, attempts, most,
       next_at, quiet_at, undecided, closed_at, outcome
FROM callbacks WHERE interaction_id = $1;

-- name: open_of
-- What a caller has asked for and not got yet: by his number, or the one he gave. The oldest first.
SELECT b.interaction_id FROM callbacks b JOIN interactions i ON i.id = b.interaction_id
WHERE b.closed_at IS NULL AND i.state <> 'done'
  AND (b.number = $1 OR i.address_id = (SELECT id FROM addresses WHERE kind = 'phone' AND value = $1))
ORDER BY b.asked_at LIMIT 1;

-- name: ask
INSERT INTO callbacks (interaction_id, account, ours, number, read_back, language, asked_at, next_at, quiet_at,
                       most)
VALUES ($1, $2, $3, $4, true, $5, $6, $7, $8, $9)
ON CONFLICT (interaction_id) DO UPDATE
SET number = excluded.number, language = excluded.language, asked_at = excluded.asked_at, next_at = excluded.next_at,
    quiet_at = excluded.quiet_at, most = callbacks.attempts + excluded.most, call_id = NULL, undecided = false, closed_at = NULL, outcome = NULL;

-- name: save
UPDATE callbacks SET call_id = $2, dialled_at = $3, attempts = $4, next_at = $5, quiet_at = $6, undecided = $7,
                     closed_at = $8, outcome = $9, most = $10
WHERE interaction_id = $1;

-- name: attempt
INSERT INTO callback_attempts (interaction_id, number, at, agent_id) VALUES ($1, $2, $3, $4);

-- name: tell_attempt
UPDATE callback_attempts SET outcome = $3, said_by = $4 WHERE interaction_id = $1 AND number = $2;

-- name: drop_attempt
DELETE FROM callback_attempts WHERE interaction_id = $1 AND number = $2;

-- name: attempts
SELECT a.number, a.at, g.name AS agent_name, a.outcome, a.said_by
FROM callback_attempts a LEFT JOIN agents g ON g.id = a.agent_id WHERE a.interaction_id = $1 ORDER BY a.number;

-- name: to_dial
-- Held by an agent who took it and has not called yet. While he hears goodbye on his first call, his line is busy; that
-- end may have been lost, so it is not waited for long.
SELECT b.interaction_id FROM callbacks b JOIN interactions i ON i.id = b.interaction_id
WHERE b.closed_at IS NULL AND NOT b.undecided AND i.state = 'active' AND b.call_id IS NULL
  AND (b.dialled_at IS NULL OR b.dialled_at < i.entered_at)
  AND (b.asked_at < $1::timestamptz - interval '30 seconds'
       OR NOT EXISTS (SELECT FROM calls c WHERE c.interaction_id = b.interaction_id AND c.ended_at IS NULL))
ORDER BY i.entered_at LIMIT 50;

-- name: to_put_off
-- In line at an hour at which he may not be called, or before it was looked whether he may.
SELECT b.interaction_id FROM callbacks b JOIN interactions i ON i.id = b.interaction_id
WHERE b.closed_at IS NULL AND NOT b.undecided AND i.state = 'queued' AND (b.quiet_at <= $1 OR b.next_at > $1)
ORDER BY b.asked_at LIMIT 50;

-- name: close_done
-- A human being has closed the contact without a word about the callback.
UPDATE callbacks b SET closed_at = i.closed_at, outcome = 'closed'
FROM interactions i WHERE i.id = b.interaction_id AND b.closed_at IS NULL AND i.state = 'done';

-- name: lost
-- The newest contact of this number and queue that ended while he waited in line, and when its wait began.
SELECT i.id, i.reference, i.queued_at FROM interactions i
WHERE i.channel = 'voice' AND i.state = 'done' AND i.queue_id = $2 AND i.closed_at >= $3
  AND i.address_id = (SELECT id FROM addresses WHERE kind = 'phone' AND value = $1)
  AND EXISTS (SELECT FROM touches t WHERE t.interaction_id = i.id AND t.kind = 'call' AND t.data ->> 'what' = 'ended'
              AND t.data ->> 'outcome' IN ('abandoned_in_queue', 'abandoned_while_ringing', 'abandoned_after_talk'))
ORDER BY i.closed_at DESC LIMIT 1;
