-- name: head
SELECT i.id, i.channel, i.source, i.queue_id, i.subject, coalesce(i.language, c.language) AS language,
       coalesce(c.name, '') AS name, a.kind, a.value, a.verified
FROM interactions i JOIN customers c ON c.id = i.customer_id LEFT JOIN addresses a ON a.id = i.address_id
WHERE i.id = $1;

-- name: earlier
-- The last thing that somebody outside wrote; what his absence or a mail server says only where there is nothing else.
SELECT m.touch_id, m.text, t.at, m.author_name, l.mail_id, l.author, l.reply_to, l.recipients, l.subject, l.thread,
       l.quoted
FROM messages m JOIN touches t ON t.id = m.touch_id LEFT JOIN mails l ON l.message_id = m.id
WHERE m.interaction_id = $1 AND m.direction = 'in'
ORDER BY coalesce(l.machine IN ('auto_reply', 'report'), false), m.number DESC LIMIT 1;

-- name: written_last
SELECT l.recipients FROM messages m JOIN mails l ON l.message_id = m.id
WHERE m.interaction_id = $1 AND m.direction = 'out' AND m.state <> 'withdrawn' AND NOT l.automatic
ORDER BY m.number DESC LIMIT 1;

-- name: mail_ids
SELECT l.mail_id FROM messages m JOIN mails l ON l.message_id = m.id
WHERE m.interaction_id = $1 AND m.state <> 'withdrawn' ORDER BY m.number DESC LIMIT 50;

-- name: participants
SELECT address FROM participants WHERE interaction_id = $1 LIMIT 1000;

-- name: undeliverable
SELECT address, since, reason FROM undeliverable
WHERE address = ANY (SELECT lower(a) FROM unnest($1::text[]) AS a) ORDER BY address;

-- name: sizes
SELECT coalesce(sum(size), 0)::bigint FROM files WHERE id = ANY ($1::uuid[]);

-- name: to_send_along
SELECT id, sha256, name, size, declared_type, detected_type, inline FROM files WHERE id = ANY ($1::uuid[]);

-- name: wrote_since
-- Whether the customer, or anybody else outside, has written after this version; an absence's answer does not count.
SELECT EXISTS (SELECT FROM messages m JOIN touches t ON t.id = m.touch_id
               WHERE m.interaction_id = $1 AND m.direction = 'in' AND t.version > $2
                 AND NOT t.data @> '{"quiet": true}');

-- name: own
SELECT touch_id, text FROM messages WHERE id = $1 AND author_id = $2;

-- name: message
SELECT m.id, m.interaction_id, m.touch_id, m.direction, m.text, m.author_id, m.state,
       o.state AS outbox_state, l.recipients, l.subject, t.data
FROM messages m JOIN touches t ON t.id = m.touch_id LEFT JOIN outbox o ON o.message_id = m.id
LEFT JOIN mails l ON l.message_id = m.id
WHERE m.id = $1;

-- name: withdraw
-- Only what nobody has begun to send (a claim that was quicker has made it `sending`), and nobody has yet.
WITH stopped AS (
    UPDATE outbox SET state = 'withdrawn' WHERE message_id = $1 AND state = 'pending'
      AND EXISTS (SELECT FROM messages m WHERE m.id = $1 AND m.state = 'pending') RETURNING message_id
)
UPDATE messages m SET state = 'withdrawn', state_at = $2
FROM stopped, interactions i WHERE m.id = stopped.message_id AND i.id = m.interaction_id
RETURNING m.id, m.interaction_id, m.number, i.agent_id, i.address_id, i.channel;

-- name: held
-- Mails that agents wrote and that may still be taken back: their time has not come, and nobody has tried them.
SELECT m.id FROM outbox o JOIN messages m ON m.id = o.message_id JOIN mails l ON l.message_id = m.id
WHERE o.interaction_id = $1 AND o.state = 'pending' AND o.attempts = 0 AND o.due_at > $2 AND m.state = 'pending'
  AND m.author_id IS NOT NULL AND NOT l.automatic
ORDER BY m.number;

-- name: give_back
-- The files of a message that was taken back can be attached again by whoever put them up.
UPDATE files SET touch_id = NULL WHERE touch_id = $1 AND owner = $2;

-- name: decide
-- What a human knows overrules what the ladder of states would allow.
WITH settled AS (
    UPDATE outbox SET state = $2, due_at = CASE WHEN $2 = 'pending' THEN $3 ELSE due_at END, claimed_until = NULL,
        attempts = CASE WHEN $2 = 'pending' THEN 0 ELSE attempts END, error = NULL
    WHERE message_id = $1 AND state = ANY ($4::text[]) RETURNING message_id
)
UPDATE messages m SET state = $2, state_at = $3, error = NULL
FROM settled, interactions i WHERE m.id = settled.message_id AND i.id = m.interaction_id
RETURNING m.id, m.interaction_id, m.number, i.agent_id, i.address_id, i.channel;

-- name: page
SELECT html, quoted FROM mails WHERE message_id = $1;

-- name: raw
SELECT m.interaction_id, b.bytes
FROM mails l JOIN messages m ON m.id = l.message_id JOIN touches t ON t.id = m.touch_id
JOIN blobs b ON b.sha256 = t.raw_sha256
WHERE l.message_id = $1;

-- name: of_agent
SELECT queues FROM agents WHERE id = $1;

-- name: address
SELECT a.id, a.customer_id, a.value FROM addresses a WHERE a.kind = 'email' AND lower(a.value) = lower($1)
ORDER BY a.value <> $1, a.created_at LIMIT 1;

-- name: suggestions
SELECT other_id, reason FROM suggestions WHERE interaction_id = $1 AND accepted IS NULL
ORDER BY CASE reason WHEN 'token' THEN 0 WHEN 'reference' THEN 1 ELSE 2 END, made_at, other_id LIMIT 20;

-- name: linked
SELECT c.id FROM interactions i JOIN interactions c ON c.parent_id = i.id OR c.id = i.parent_id
WHERE i.id = $1 ORDER BY c.created_at, c.id LIMIT 20;

-- name: suggestion
SELECT accepted FROM suggestions WHERE interaction_id = $1 AND other_id = $2 FOR UPDATE;

-- name: decide_suggestion
UPDATE suggestions SET accepted = $3, decided_by = $4, decided_at = $5
WHERE interaction_id = $1 AND other_id = $2;

-- name: authors
-- Whoever wrote in this interaction, and its customer's address: they take part in the one that it belongs to.
SELECT DISTINCT ON (address) address, name FROM (
    SELECT lower(l.author ->> 'address') AS address, l.author ->> 'name' AS name
    FROM mails l JOIN messages m ON m.id = l.message_id
    WHERE l.interaction_id = $1 AND m.direction = 'in'
    UNION ALL
    SELECT lower(a.value), coalesce(c.name, '') FROM interactions i JOIN addresses a ON a.id = i.address_id
    JOIN customers c ON c.id = a.customer_id WHERE i.id = $1 AND a.kind = 'email'
) authors WHERE address LIKE '%@%' ORDER BY address, name DESC LIMIT 50;

-- name: admit
INSERT INTO participants (interaction_id, address, name, role, since)
SELECT $1, address, name, 'third_party', $4 FROM unnest($2::text[], $3::text[]) AS one (address, name)
ON CONFLICT DO NOTHING;
