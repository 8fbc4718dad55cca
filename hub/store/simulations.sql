-- name: contacts
-- Whoever came from $1 on and before $2, and who waited then already, as rules saw him: what is known of a customer's
-- past is that of his arrival; what was marked on him is as it stands now. $3: since when, before his arrival,
-- contacts count as repeated ones. Contacts that agents began are none.
WITH came AS (
    SELECT i.* FROM interactions i
    WHERE i.created_at < $2 AND (i.created_at >= $1 OR (coalesce(i.answered_at, 'infinity') > $1
                                                        AND coalesce(i.closed_at, 'infinity') > $1))
      AND coalesce(i.closed_at, 'infinity') > i.created_at
      AND (SELECT t.actor FROM touches t WHERE t.interaction_id = i.id ORDER BY t.version LIMIT 1) = 'customer'
    ORDER BY i.created_at, i.id LIMIT $4
)
SELECT i.id, i.created_at, coalesce(i.placement ->> 'queue', i.queue_id) AS queue, i.rule, i.channel, i.source, i.fields,
       i.language, i.subject, i.units, i.exclusive, i.interruptible, i.answered_at, i.closed_at, i.disposition,
       (SELECT m.text FROM messages m WHERE m.interaction_id = i.id AND m.direction = 'in' ORDER BY m.number LIMIT 1)
         AS text,
       (SELECT a.value FROM addresses a WHERE a.id = i.address_id AND a.kind IN ('email', 'phone', 'whatsapp')) AS address,
       c.vip, c.segments, c.contract, o.login AS owner, o.id AS owner_id, l.login AS last_agent, l.id AS last_agent_id,
       coalesce(h.known, false) AS known, coalesce(h.open_case, false) AS open_case,
       coalesce(h.repeat_contacts, 0) AS repeat_contacts, f.names AS attachment_names,
       w.agent_id, w.seconds AS handle_seconds, w.going, w.held, n.refused, x.moves, r.seconds AS ring_seconds, coalesce(q.service_level_seconds, 60) AS service_level_seconds
FROM came i JOIN customers c ON c.id = i.customer_id
LEFT JOIN agents o ON o.id = c.owner_id
LEFT JOIN queues q ON q.id = coalesce(i.placement ->> 'queue', i.queue_id)
LEFT JOIN LATERAL (
    SELECT true AS known, bool_or(h.closed_at IS NULL OR h.closed_at > i.created_at) AS open_case,
           count(*) FILTER (WHERE h.created_at > i.created_at - $3::interval) AS repeat_contacts
    FROM interactions h WHERE h.customer_id = i.customer_id AND h.created_at < i.created_at HAVING count(*) > 0) h ON true
LEFT JOIN agents l ON l.id = last_agent_of(i.customer_id, i.created_at)
LEFT JOIN LATERAL (
    SELECT array_agg(f.name ORDER BY f.id) AS names
    FROM (SELECT t.id FROM touches t WHERE t.interaction_id = i.id ORDER BY t.version LIMIT 1) t
    JOIN files f ON f.touch_id = t.id) f ON true
LEFT JOIN LATERAL (
    SELECT (array_agg(s.agent_id ORDER BY s.started_at))[1] AS agent_id,
           sum(extract(epoch FROM coalesce(s.ended_at, $5) - s.started_at))::float8 AS seconds,
           bool_or(s.ended_at IS NULL) AS going,
           jsonb_agg(jsonb_build_array(
               extract(epoch FROM coalesce(s.ended_at, $5) - s.started_at),
               CASE WHEN s.end_reason = 'requeued' THEN coalesce(
                   (SELECT t.data ->> 'to' FROM touches t
                    WHERE t.interaction_id = i.id AND t.recorded_at >= s.ended_at
                      AND t.kind IN ('requeued', 'transferred', 'escalated')
                    ORDER BY t.recorded_at LIMIT 1), i.queue_id) END) ORDER BY s.started_at, s.id) AS held
    FROM assignments s WHERE s.interaction_id = i.id) w ON true
LEFT JOIN LATERAL (
    SELECT array_agg(extract(epoch FROM x.ended_at - x.offered_at)::float8 ORDER BY x.offered_at) AS refused
    FROM offers x WHERE x.interaction_id = i.id AND x.state IN ('declined', 'missed') AND NOT x.beside
      AND x.offered_at >= $1 AND x.ended_at <= coalesce(i.answered_at, i.closed_at, $5)) n ON true
LEFT JOIN LATERAL (
    SELECT jsonb_agg(jsonb_build_array(extract(epoch FROM t.recorded_at - greatest(i.created_at, $1)), t.data ->> 'to')
                     ORDER BY t.recorded_at) AS moves
    FROM touches t WHERE t.interaction_id = i.id AND t.kind = 'overflowed' AND t.data ->> 'to' <> t.data ->> 'from'
      AND t.recorded_at >= $1 AND t.recorded_at <= coalesce(i.answered_at, i.closed_at, $5)) x ON true
LEFT JOIN LATERAL (
    SELECT extract(epoch FROM x.ended_at - x.offered_at)::float8 AS seconds
    FROM offers x WHERE x.interaction_id = i.id AND x.state = 'accepted' ORDER BY x.offered_at LIMIT 1) r ON true
ORDER BY i.created_at, i.id;

-- name: worked
-- What agents held at any time from $1 on and before $2; $3: now.
SELECT s.agent_id, s.interaction_id, s.started_at, coalesce(s.ended_at, $3) AS ended_at, s.units, i.channel, i.exclusive,
       i.interruptible
FROM assignments s JOIN interactions i ON i.id = s.interaction_id
WHERE s.started_at < $2 AND coalesce(s.ended_at, $3) > $1
ORDER BY s.started_at, s.id;

-- name: present
-- When agents were available, from $1 on and before $2; $3: now.
SELECT agent_id, greatest(started_at, $1) AS start, least(coalesce(ended_at, $3), $2) AS "end"
FROM agent_states WHERE state = 'available' AND started_at < $2 AND coalesce(ended_at, $3) > $1
ORDER BY agent_id, started_at;

-- name: people
-- All who are or were agents, with what they may be given now.
SELECT id, queues, skills, capacity, limits FROM agents ORDER BY id;

-- name: edits
-- What agents could be given before it was changed, at $1 or later.
SELECT agent_id, at, before FROM agent_edits WHERE at >= $1 ORDER BY agent_id, at;

-- name: priorities
SELECT id, priority FROM queues;

-- name: versions
-- Which versions of the policy were in force from $1 on and before $2.
SELECT version FROM policies WHERE published_at < $2
AND version >= coalesce((SELECT max(version) FROM policies WHERE published_at <= $1), 0) ORDER BY version;
