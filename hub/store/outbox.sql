-- name: again
UPDATE outbox SET state = 'pending', due_at = $1, claimed_until = NULL
WHERE state = 'sending' AND claimed_until <= $1 AND channel = ANY ($2::text[]);

-- name: lapsed
SELECT message_id, interaction_id FROM outbox
WHERE state = 'sending' AND claimed_until <= $1 AND channel <> ALL ($2::text[]) LIMIT 100;

-- name: claim
WITH due AS (
    SELECT o.message_id FROM outbox o
    WHERE o.state = 'pending' AND o.due_at <= $1 AND (o.channel = ANY ($4::text[])) <> $5
      AND NOT EXISTS (SELECT FROM outbox e
                      WHERE e.interaction_id = o.interaction_id AND e.channel = o.channel
                        AND e.state IN ('pending', 'sending')
                        AND (e.created_at, e.message_id) < (o.created_at, o.message_id)
                        AND (o.channel <> ALL ($6::text[]) OR e.attempts = 0
                             OR (e.attempts = 1 AND e.state = 'sending')))
    ORDER BY o.due_at, o.message_id LIMIT $3 FOR UPDATE SKIP LOCKED
), claimed AS (
    UPDATE outbox o SET state = 'sending', attempts = o.attempts + 1, claimed_until = $2
    FROM due WHERE o.message_id = due.message_id RETURNING o.*
)
SELECT c.message_id, c.interaction_id, c.channel, c.recipient, c.attempts, m.number, m.text, m.author_name, m.at,
       m.touch_id, l.mail_id, l.mailbox, l.author, l.reply_to, l.recipients, l.subject, l.thread, l.signature,
       l.quoted, l.automatic,
       -- Once it was taken for some, an attempt is for those alone who were put off, whatever else may be wrong here.
       CASE WHEN message_rank(m.state) >= message_rank('sent') THEN
         ARRAY(SELECT r.address FROM outbox_recipients r WHERE r.message_id = c.message_id AND r.state = 'later'
               ORDER BY r.address) END AS only
FROM claimed c JOIN messages m ON m.id = c.message_id LEFT JOIN mails l ON l.message_id = c.message_id
ORDER BY c.created_at, c.message_id;

-- name: renew
UPDATE outbox SET claimed_until = $2 WHERE message_id = ANY ($1::uuid[]) AND state = 'sending';

-- name: contents
SELECT f.id, b.bytes FROM files f JOIN blobs b ON b.sha256 = f.sha256 WHERE f.id = ANY ($1::uuid[]);

-- name: trouble
-- What is wrong with a message that has not failed as a whole.
UPDATE messages m SET error = $2 FROM interactions i
WHERE m.id = $1 AND i.id = m.interaction_id AND m.state NOT IN ('failed', 'withdrawn')
  AND m.error IS DISTINCT FROM $2
RETURNING m.id, m.interaction_id, m.number, m.state, i.agent_id, i.address_id, i.channel;

-- name: settle
-- Only what is being sent: a receipt may have been quicker, and knows better.
UPDATE outbox SET state = $2, error = $3, due_at = coalesce($4, due_at), claimed_until = NULL
WHERE message_id = $1 AND state = 'sending';

-- name: next_due
SELECT min(due_at) FROM outbox WHERE state = 'pending';

-- name: mark
UPDATE messages m SET state = $2, state_at = $3, error = $4
FROM interactions i
WHERE m.id = $1 AND i.id = m.interaction_id AND message_rank(m.state) < message_rank($2)
RETURNING m.id, m.interaction_id, m.number, i.agent_id, i.address_id, i.channel;

-- name: mark_up_to
UPDATE messages m SET state = $3, state_at = $4
FROM interactions i
WHERE i.id = $1 AND m.interaction_id = i.id AND m.direction = 'out' AND m.number <= $2
  AND message_rank(m.state) < message_rank($3)
RETURNING m.id, m.interaction_id, m.number, i.agent_id, i.address_id, i.channel;

-- name: mark_seen
UPDATE messages m SET state = 'read', state_at = $2
FROM interactions i
WHERE i.id = $1 AND m.interaction_id = i.id AND m.direction = 'in' AND m.state = 'received'
RETURNING m.id, m.interaction_id, m.number, i.agent_id, i.address_id, i.channel;

-- name: of_receipt
SELECT message_id, interaction_id FROM outbox WHERE message_id = $1 AND attempts > 0
UNION ALL
SELECT message_id, interaction_id FROM outbox WHERE $1::uuid IS NULL AND channel = $2 AND provider_id = $3;

-- name: known_as
-- The provider's name of a message, for receipts to come.
UPDATE outbox SET provider_id = $2 WHERE message_id = $1 AND provider_id IS NULL;

-- name: confirmed
-- What the other side says of a message that was tried; it ends all doubt, and only ever climbs. Of a mail that some have
-- already it says nothing about the others; where it ends the doubt about some, those who were put off come next.
UPDATE outbox o SET claimed_until = NULL, state = CASE
    WHEN $2 <> 'failed' AND EXISTS (SELECT FROM outbox_recipients r WHERE r.message_id = $1 AND r.state = 'later')
    THEN 'pending' WHEN $2 = 'read' THEN 'delivered' ELSE $2 END
WHERE message_id = $1 AND attempts > 0 AND message_rank(state) < message_rank($2)
  AND NOT EXISTS (SELECT FROM outbox_recipients r JOIN messages m ON m.id = r.message_id
                  WHERE r.message_id = $1 AND r.state <> 'refused' AND message_rank(m.state) >= message_rank('sent'));

-- name: taken
-- The other side has it: nothing is tried any more, whatever somebody made of the doubt meanwhile.
UPDATE outbox SET state = 'sent', claimed_until = NULL
WHERE message_id = $1 AND message_rank(state) < message_rank('sent');

-- name: rest
SELECT address, state, error FROM outbox_recipients WHERE message_id = $1 ORDER BY address;

-- name: keep_rest
INSERT INTO outbox_recipients (message_id, address, state, error)
SELECT $1, address, state, error FROM unnest($2::text[], $3::text[], $4::text[]) AS n (address, state, error)
ON CONFLICT (message_id, address) DO UPDATE SET state = excluded.state, error = excluded.error;

-- name: drop_rest
DELETE FROM outbox_recipients WHERE message_id = $1 AND (address = ANY ($2::text[]) OR $2 IS NULL);

-- name: standing
-- How a message stands, under the lock of its interaction.
SELECT o.state AS outbox_state, o.attempts, m.state, l.recipients
FROM outbox o JOIN messages m ON m.id = o.message_id LEFT JOIN mails l ON l.message_id = m.id
WHERE o.message_id = $1 FOR UPDATE OF o;

-- name: settle_rest
-- What becomes of a mail that some have already.
UPDATE outbox SET state = $2, due_at = coalesce($3, due_at), claimed_until = NULL, attempts = coalesce($4, attempts)
WHERE message_id = $1;
