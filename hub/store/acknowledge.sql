-- name: due
SELECT message_id, interaction_id FROM mails WHERE acknowledge = 'due' ORDER BY message_id LIMIT $1;

-- name: asking
-- The mail to acknowledge, under the lock of its interaction; nothing when another node was quicker.
SELECT l.mail_id, l.mailbox, l.author, l.reply_to, l.subject, l.thread, l.machine, c.name AS customer_name
FROM mails l JOIN interactions i ON i.id = l.interaction_id JOIN customers c ON c.id = i.customer_id
WHERE l.message_id = $1 AND l.acknowledge = 'due';

-- name: alone
-- Nobody else decides about this address, nor about what is left of this mailbox's budget, until this transaction ends.
-- Always in this order, so that no two wait for one another.
SELECT pg_advisory_xact_lock(hashtextextended($1::text, 5)) UNION ALL
SELECT pg_advisory_xact_lock(hashtextextended($2::text, 6));

-- name: spent
SELECT (SELECT count(*) FROM automatic_mails WHERE address = $1 AND at > $2) AS to_address,
       (SELECT count(*) FROM automatic_mails WHERE interaction_id = $3) AS in_interaction,
       (SELECT count(*) FROM automatic_mails a JOIN mails l ON l.message_id = a.message_id
        WHERE a.at > $4 AND l.mailbox = $5) AS lately,
       EXISTS (SELECT FROM messages m JOIN mails l ON l.message_id = m.id
               WHERE m.interaction_id = $3 AND m.direction = 'out' AND NOT l.automatic) AS answered,
       EXISTS (SELECT FROM undeliverable WHERE address = lower($6)) AS undeliverable;

-- name: settle
UPDATE mails SET acknowledge = $2 WHERE message_id = $1;
