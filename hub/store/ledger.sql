-- name: rows
-- A row is accounted for when its outcome is borne out: what was stored or came twice has its touch, or its call.
SELECT a.source, count(*) AS received,
       count(*) FILTER (WHERE a.outcome = 'stored' AND (t.id IS NOT NULL OR a.call_id IS NOT NULL)) AS stored,
       count(*) FILTER (WHERE a.outcome = 'duplicate' AND (t.id IS NOT NULL OR a.call_id IS NOT NULL)) AS duplicate,
       count(*) FILTER (WHERE a.outcome = 'quarantined' AND a.reason IS NOT NULL) AS quarantined,
       count(*) FILTER (WHERE a.outcome = 'refused' AND a.reason IS NOT NULL) AS refused,
       max(a.arrived_at) AS last_at
FROM arrivals a LEFT JOIN touches t ON t.id = a.touch_id
GROUP BY a.source ORDER BY a.source;

-- name: refusals
SELECT source, reason, count(*) AS n FROM arrivals WHERE outcome = 'refused' AND reason IS NOT NULL
GROUP BY source, reason;

-- name: mailboxes
-- A uid is accounted for when its outcome is borne out by an arrival.
-- A mailbox that is read now stands here before its first mail; what ailed one that is not read any more says nothing.
SELECT mailbox, coalesce(u.uids, 0) AS uids, coalesce(u.stored, 0) AS stored, coalesce(u.duplicate, 0) AS duplicate,
       coalesce(u.quarantined, 0) AS quarantined, coalesce(u.failing, 0) AS failing, m.verified_at, m.present, m.missing,
       CASE WHEN m.lease_holder IS NOT NULL THEN m.problem END AS problem
FROM (SELECT u.mailbox, count(*) AS uids,
       count(*) FILTER (WHERE u.outcome = 'stored' AND s.natural_key IS NOT NULL) AS stored,
       count(*) FILTER (WHERE u.outcome = 'duplicate' AND d.natural_key IS NOT NULL) AS duplicate,
       count(*) FILTER (WHERE u.outcome = 'quarantined' AND u.reason IS NOT NULL) AS quarantined,
       count(*) FILTER (WHERE u.outcome = 'failing' AND u.attempts > 0) AS failing
FROM mailbox_uids u
LEFT JOIN (SELECT DISTINCT source, natural_key FROM arrivals WHERE outcome = 'stored') s
       ON s.source = 'mail:' || u.mailbox AND s.natural_key = u.key
LEFT JOIN (SELECT DISTINCT source, natural_key FROM arrivals WHERE outcome = 'duplicate') d
       ON d.source = 'mail:' || u.mailbox AND d.natural_key = u.key
GROUP BY u.mailbox) u
FULL JOIN mailbox_states m USING (mailbox)
WHERE u.uids > 0 OR m.lease_holder IS NOT NULL ORDER BY mailbox;

-- name: misplaced
-- Invariant I3: every open interaction is in exactly one place. This must return no rows.
SELECT i.id FROM interactions i
LEFT JOIN LATERAL (SELECT count(*) AS n, min(o.agent_id::text) AS agent FROM offers o
                   WHERE o.interaction_id = i.id AND o.state = 'open') o ON true
LEFT JOIN LATERAL (SELECT count(*) AS n, min(s.agent_id::text) AS agent FROM assignments s
                   WHERE s.interaction_id = i.id AND s.ended_at IS NULL) s ON true
WHERE i.state <> 'done' AND NOT CASE i.state
        WHEN 'queued' THEN o.n = 0 AND s.n = 0 AND i.agent_id IS NULL AND i.due_at IS NULL
        WHEN 'offered' THEN o.n = 1 + jsonb_array_length(i.beside) AND s.n = 0 AND i.due_at IS NOT NULL
             AND EXISTS (SELECT FROM offers f WHERE f.id = i.offer_id AND f.state = 'open' AND f.agent_id = i.agent_id)
        WHEN 'active' THEN o.n = 0 AND s.n = 1 AND i.agent_id::text = s.agent
        WHEN 'wrapping' THEN o.n = 0 AND s.n = 1 AND i.due_at IS NOT NULL AND i.agent_id::text = s.agent
        ELSE o.n = 0 AND s.n = 0 AND i.agent_id IS NULL AND i.due_at IS NOT NULL END
UNION ALL
SELECT i.id FROM interactions i WHERE i.state = 'done'
  AND (EXISTS (SELECT FROM offers o WHERE o.interaction_id = i.id AND o.state = 'open')
       OR EXISTS (SELECT FROM assignments s WHERE s.interaction_id = i.id AND s.ended_at IS NULL));

-- name: outbox
SELECT count(*) FILTER (WHERE state IN ('pending', 'sending')) AS pending,
       min(created_at) FILTER (WHERE state IN ('pending', 'sending')) AS oldest_at,
       count(*) FILTER (WHERE state = 'unconfirmed') AS unconfirmed
FROM outbox;
