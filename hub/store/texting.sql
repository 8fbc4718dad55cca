-- name: stands
-- Whether he wants no more texts from this number of ours, and when he last wrote to it.
SELECT (SELECT at FROM opt_outs WHERE kind = $1 AND address = $2 AND sender = $3 AND stopped) AS opted_out_at,
       (SELECT max(m.at) FROM addresses a JOIN interactions i ON i.address_id = a.id AND i.source = $3
        JOIN messages m ON m.interaction_id = i.id AND m.direction = 'in'
        WHERE a.kind = $1 AND a.value = $2) AS wrote_at;

-- name: stopped
SELECT EXISTS (SELECT FROM opt_outs WHERE kind = $1 AND address = $2 AND sender = $3 AND stopped);

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
