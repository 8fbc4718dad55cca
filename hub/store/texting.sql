-- name: stands
-- Whether he wants no more texts from this number of ours, and when he last wrote to it.
-- $4: all names of that number; what he said last counts.
SELECT (SELECT at FROM (SELECT at, stopped FROM opt_outs WHERE kind = $1 AND address = $2 AND sender = ANY ($4::text[])
                        ORDER BY at DESC, stopped DESC LIMIT 1) last WHERE stopped) AS opted_out_at,
       (SELECT max(m.at) FROM addresses a JOIN interactions i ON i.address_id = a.id AND i.source = $3
        JOIN messages m ON m.interaction_id = i.id AND m.direction = 'in'
        WHERE a.kind = $1 AND a.value = $2) AS wrote_at,
       (SELECT substring(error FROM '^(phone_unknown|no_mobile|no_whatsapp):') FROM (
            SELECT m.error FROM addresses a JOIN interactions i ON i.address_id = a.id AND i.source = $3
            JOIN messages m ON m.interaction_id = i.id
            WHERE a.kind = $1 AND a.value = $2 ORDER BY m.at DESC, m.number DESC LIMIT 1) latest) AS unreachable;

-- name: stopped
SELECT coalesce((SELECT stopped FROM opt_outs WHERE kind = $1 AND address = $2 AND sender = ANY ($3::text[])
                 ORDER BY at DESC, stopped DESC LIMIT 1), false);

-- name: number
-- Which of our numbers he knows, where the sender has several: that of the latest text of theirs, either way.
SELECT number FROM addresses a JOIN interactions i ON i.address_id = a.id AND i.source = $3, LATERAL (
    (SELECT t.at, t.data ->> 'number' AS number FROM touches t
     WHERE t.interaction_id = i.id AND t.data ? 'number' ORDER BY t.version DESC LIMIT 1)
    UNION ALL
    (SELECT o.created_at, o.recipient #>> '{texting,number}' FROM outbox o
     WHERE o.interaction_id = i.id AND o.recipient #>> '{texting,number}' IS NOT NULL
     ORDER BY o.created_at DESC LIMIT 1)) known (at, number)
WHERE a.kind = $1 AND a.value = $2 ORDER BY known.at DESC LIMIT 1;

-- name: went_from
-- The number that the other side chose for a text of ours.
UPDATE outbox SET recipient = jsonb_set(recipient, '{texting,number}', to_jsonb($2::text))
WHERE message_id = $1 AND recipient -> 'texting' IS NOT NULL;

-- name: stop
-- The network knows of an end that never came to us.
INSERT INTO opt_outs (kind, address, sender, stopped, at, said_by) VALUES ($1, $2, $3, true, $4, 'network')
ON CONFLICT (kind, address, sender) DO UPDATE SET stopped = true, at = excluded.at, said_by = excluded.said_by
WHERE NOT opt_outs.stopped;

-- name: unheard
SELECT o.message_id, o.channel, o.recipient #>> '{texting,sender}' AS sender, o.provider_id, o.created_at AS written_at
FROM outbox o JOIN messages m ON m.id = o.message_id
WHERE o.state = 'sent' AND o.channel IN ('sms', 'whatsapp') AND o.channel = ANY ($1::text[])
  AND (o.created_at, o.message_id) > ($2, $3) AND o.created_at <= $4 AND o.provider_id IS NOT NULL AND m.state = 'sent'
ORDER BY o.created_at, o.message_id LIMIT $5;
