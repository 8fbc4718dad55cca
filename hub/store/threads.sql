-- name: found
-- All that decides where mails belong, one row for each. $1: [{place, key, mail_id, ids, tokens, author,
-- subject}]; ids are what a mail refers to, the nearest first, and its own; the author is in lower case.
-- $2: how far back the same subject is no accident. Limits in subqueries keep the planner from joining whole tables,
-- which it prefers while it knows little of them.
SELECT a.place, k.touch_id, k.interaction_id, k.key,
       o.touch_id AS own_touch_id, o.interaction_id AS own_id, o.key AS own_key,
       w.id AS address_id, w.customer_id AS author_id, EXISTS (SELECT FROM undeliverable u WHERE u.address = a.author) AS undeliverable,
       e.id AS joins_id,
       ARRAY(SELECT u FROM unnest(a.ids) u WHERE EXISTS (SELECT FROM thread_ids h WHERE h.mail_id = u)) AS known_ids,
       CASE WHEN e.id IS NULL THEN e.suggested END AS suggested,
       CASE WHEN e.id IS NULL AND a.subject <> '' THEN (
         SELECT jsonb_agg(jsonb_build_array(l.id, l.subject))
         FROM (SELECT i.id, i.subject, i.created_at FROM interactions i WHERE i.customer_id = w.customer_id
               ORDER BY i.created_at DESC LIMIT 50) l
         WHERE l.created_at >= $2 AND lower(right(l.subject, length(a.subject))) = a.subject) END AS subjects
FROM jsonb_to_recordset($1::jsonb) AS a (place integer, key text, mail_id text, ids text[], tokens uuid[],
                                         author text, subject text)
LEFT JOIN LATERAL (SELECT m.touch_id, m.interaction_id, m.key FROM mails m WHERE m.key = a.key LIMIT 1) k ON true
LEFT JOIN LATERAL (
    SELECT m.touch_id, m.interaction_id, m.key FROM mails m JOIN messages g ON g.id = m.message_id
    WHERE m.key = a.mail_id AND g.direction = 'out' LIMIT 1) o ON true -- the key of our own is the Message-ID
LEFT JOIN LATERAL (
    SELECT d.id, d.customer_id FROM addresses d
    WHERE d.kind = 'email' AND lower(d.value) = a.author ORDER BY d.created_at, d.id LIMIT 1) w ON true
LEFT JOIN LATERAL (
    -- What the mail carries of an interaction, the best evidence first, with all that followed that interaction.
    WITH RECURSIVE carried AS (
        SELECT t.id, 'token' AS reason, t.place, true AS first FROM unnest(a.tokens) WITH ORDINALITY AS t (id, place)
        UNION ALL
        SELECT h.interaction_id, 'reference', 1000 + u.place, h.first
        FROM unnest(a.ids) WITH ORDINALITY AS u (mail_id, place)
        CROSS JOIN LATERAL (
            -- The thread that holds it and the one that spoke of it first, however many strangers refer to it later.
            (SELECT n.interaction_id, n.first FROM thread_ids n WHERE n.mail_id = u.mail_id AND n.first)
            UNION ALL (SELECT m.interaction_id, false FROM mails m WHERE m.mail_id = u.mail_id LIMIT 5)
            UNION ALL (SELECT n.interaction_id, n.first FROM thread_ids n WHERE n.mail_id = u.mail_id
                       ORDER BY n.interaction_id DESC LIMIT 200)) h
        WHERE u.mail_id <> a.mail_id OR (
            -- Its own id is evidence of a thread that spoke of it before it came. Of one that holds another mail of this
            -- id only if that is about the same: there are programs that call all their mails the same. What answering
            -- (Re:), lists ([bikes]) and filters (***SPAM***) put before a subject on either side makes no difference.
            SELECT coalesce(bool_or(g.direction = 'out'
                OR right(b.said, length(a.subject)) = a.subject
                   AND left(b.said, length(b.said) - length(a.subject)) ~ '^((\[[^]]*\]|\{[^}]*\}|\*+[^*]*\*+|\S{1,10} ?[:：]) ?)*$'
                OR right(a.subject, length(c.bare)) = c.bare
                   AND left(a.subject, length(a.subject) - length(c.bare)) ~ '^((\[[^]]*\]|\{[^}]*\}|\*+[^*]*\*+) ?)+$'), true)
            FROM (SELECT m.message_id, m.mail_id, m.subject FROM mails m
                  WHERE m.interaction_id = h.interaction_id LIMIT 2000) m
            JOIN messages g ON g.id = m.message_id
            CROSS JOIN LATERAL (SELECT lower(btrim(regexp_replace(m.subject, '\s+', ' ', 'g'))) AS said) b
            CROSS JOIN LATERAL (SELECT regexp_replace(b.said, '^(\S{1,10} ?[:：] ?)+', '') AS bare) c
            WHERE m.mail_id = a.mail_id)
    ), line AS (
        SELECT c.id, c.reason, c.place, c.first, 0 AS depth FROM carried c
        UNION ALL
        SELECT f.id, l.reason, l.place, l.first, l.depth + 1
        FROM line l CROSS JOIN LATERAL (SELECT i.id FROM interactions i WHERE i.parent_id = l.id AND i.channel = 'email'
                                        ORDER BY i.created_at DESC LIMIT 20) f
        WHERE l.depth < 20
    )
    SELECT (SELECT jsonb_agg(jsonb_build_array(l.id, l.reason) ORDER BY l.place, l.first DESC) FROM line l
            WHERE l.depth = 0 AND EXISTS (SELECT FROM interactions i WHERE i.id = l.id)) AS suggested,
           b.id
    FROM (SELECT) one
    LEFT JOIN LATERAL (
        SELECT i.id
        FROM line l CROSS JOIN LATERAL (
            SELECT i.id, i.state = 'done' AS done, i.closed_at, i.created_at FROM interactions i
            WHERE i.id = l.id AND a.author <> ''
              AND (EXISTS (SELECT FROM participants p WHERE p.interaction_id = i.id AND p.address = a.author)
                OR EXISTS (SELECT FROM addresses d WHERE d.customer_id = i.customer_id AND d.kind = 'email'
                             AND lower(d.value) = a.author))
            LIMIT 1) i
        ORDER BY l.place, i.done, CASE WHEN NOT i.done THEN l.depth END, i.closed_at DESC, l.first DESC,
                 i.created_at DESC, i.id DESC
        LIMIT 1) b ON true
) e ON true
ORDER BY a.place;

-- name: took_part
SELECT address, name, role FROM participants WHERE interaction_id = $1 ORDER BY since, address LIMIT 200;

-- name: interactions
SELECT id, reference, channel, source, customer_id, address_id, queue_id, state, agent_id, offer_id, preferred_agent_id,
       parent_id, subject, language, priority, requirements, units, exclusive, interruptible, created_at, queued_at,
       entered_at, due_at, answered_at, closed_at, disposition, last_text, last_at, unread, messages, fields, beside,
       version
FROM interactions WHERE id = ANY ($1::uuid[]);

-- name: reported
-- The message of ours that a delivery report speaks of. $1: its Message-ID, then what else the report refers to;
-- $2: interactions whose token it carries; $3: the recipient, "" where it does not say, in lower case.
SELECT m.message_id, m.interaction_id,
       ARRAY(SELECT DISTINCT lower(p ->> 'address')
             FROM jsonb_path_query(m.recipients, '$.*[*]') AS p) AS recipients
FROM mails m JOIN messages g ON g.id = m.message_id AND g.direction = 'out'
JOIN outbox o ON o.message_id = m.message_id AND o.attempts > 0 -- nobody can speak of what has never left
LEFT JOIN unnest($1::text[]) WITH ORDINALITY AS n (mail_id, place) ON n.mail_id = m.mail_id
WHERE m.mail_id = ANY ($1::text[])
   OR m.interaction_id = ANY ($2::uuid[]) AND ($3 = '' OR EXISTS (SELECT FROM jsonb_path_query(m.recipients, '$.*[*]') AS p
                              WHERE lower(p ->> 'address') = $3))
ORDER BY n.place, g.at DESC, g.number DESC LIMIT 1;

-- name: written_to
-- Whether a mail of ours has left for one of these customers' addresses since $2; $1 in lower case.
SELECT EXISTS (
    SELECT FROM addresses d
    JOIN interactions i ON i.customer_id = d.customer_id AND i.last_at >= $2
    JOIN mails m ON m.interaction_id = i.id
    JOIN messages g ON g.id = m.message_id AND g.direction = 'out' AND g.at >= $2
    JOIN outbox o ON o.message_id = m.message_id AND o.attempts > 0
    WHERE d.kind = 'email' AND lower(d.value) = ANY ($1::text[]));

-- name: reports_before
-- What has been reported of a message until now, under the lock of its interaction.
SELECT t.id, t.data ->> 'action' AS action, lower(t.data ->> 'recipient') AS recipient, t.data ->> 'key' AS key,
       t.data ->> 'status' AS status, t.data ->> 'error' AS error,
       EXISTS (SELECT FROM touches d WHERE d.interaction_id = $1 AND d.kind = 'decided' AND d.version > t.version
                 AND d.data ->> 'message' = $2::uuid::text AND d.data ->> 'what' <> 'failed') AS over
FROM touches t WHERE t.interaction_id = $1 AND t.kind = 'reported' AND t.data ->> 'message' = $2::uuid::text;
