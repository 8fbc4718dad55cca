-- name: work
-- Waiting items with what their queue asks for: the first $1 of each kind, so that a kind which nobody serves hides no
-- other. $2: now; $3: only this one; $4: minutes per step of priority; $5: what the policy says of queues, for those it
-- does not know the configuration decides.
-- One kind is what the same agents may have: same queue, channel, size, requirement, ring, agent waited for, and agents
-- who are not asked again. A number of 64 bits stands for all that: sorting by eleven columns takes longer than the rest.
-- Where the newest goes first, what is late is another kind: it has its place by age.
WITH asked AS (
    SELECT q.id, q.priority, q.requirements, s.id IS NOT NULL AS routed,
           coalesce(s.offer_seconds, q.offer_seconds) AS offer_seconds,
           coalesce(s.exclude_seconds, 60) AS exclude_seconds,
           coalesce(s.target_minutes, q.service_level_seconds / 60.0::float8) AS target_minutes,
           coalesce(s.lifo, false) AS lifo
    FROM queues q LEFT JOIN jsonb_to_recordset($5::text::jsonb)
        AS s(id text, offer_seconds integer, exclude_seconds integer, target_minutes float8, lifo boolean)
        ON s.id = q.id
), refused AS (
    SELECT r.id, array_agg(DISTINCT r.agent_id ORDER BY r.agent_id) AS agents
    FROM (SELECT i.id, o.agent_id FROM offers o JOIN interactions i ON i.id = o.interaction_id AND i.state = 'queued'
          JOIN asked q ON q.id = i.queue_id
          WHERE o.state IN ('declined', 'missed')
            AND o.ended_at > $2::timestamptz - make_interval(secs => q.exclude_seconds)
            AND o.ended_at > $2::timestamptz - make_interval(secs => (SELECT max(exclude_seconds) FROM asked))
          UNION
          SELECT i.id, a.agent_id FROM assignments a
          JOIN interactions i ON i.id = a.interaction_id AND i.state = 'queued' JOIN asked q ON q.id = i.queue_id
          WHERE a.end_reason = 'requeued' AND a.ended_at > $2::timestamptz - make_interval(secs => q.exclude_seconds)
            AND a.ended_at > $2::timestamptz - make_interval(secs => (SELECT max(exclude_seconds) FROM asked))
            AND a.agent_id IS DISTINCT FROM i.preferred_agent_id) r
    GROUP BY r.id
), waiting AS (
    SELECT w.id, w.queue_id, w.channel, w.priority + q.priority AS priority, w.queued_at, w.units, w.exclusive,
           w.requirements, w.placement, w.preferred_agent_id, w.customer_id, w.refused AS refusals, q.lifo,
           q.routed, q.requirements AS queue_requirements, q.offer_seconds, coalesce(r.agents, '{}') AS excluded,
           coalesce((w.placement ->> 'target_minutes')::float8, q.target_minutes) AS target_minutes,
           (SELECT count(*) FROM jsonb_array_elements(w.placement -> 'rings') ring
            WHERE (ring ->> 'after_seconds')::integer <= extract(epoch FROM $2::timestamptz - w.queued_at)) AS ring,
           w.placement -> 'sticky' ->> 'to' AS sticky_to,
           CASE WHEN w.preferred_agent_id IS NULL AND w.queued_at > $2::timestamptz - make_interval(
                    secs => (w.placement -> 'sticky' ->> 'seconds')::integer)
                THEN known_by(w.customer_id, w.id, w.placement -> 'sticky' ->> 'to') END AS waits_for
    FROM interactions w JOIN asked q ON q.id = w.queue_id LEFT JOIN refused r ON r.id = w.id
    WHERE w.state = 'queued' AND ($3::uuid IS NULL OR w.id = $3)
), due AS (
    SELECT w.*, w.queued_at + w.target_minutes * interval '1 minute' - make_interval(mins => w.priority * $4) AS turn,
           w.lifo AND $2::timestamptz - w.queued_at < w.target_minutes * interval '1 minute' AS newest
    FROM waiting w
), placed AS (
    SELECT d.*, row_number() OVER (
               PARTITION BY hash_record_extended(ROW(
                   d.queue_id, d.channel, d.units, d.exclusive, d.requirements, d.placement -> 'require',
                   d.placement -> 'rings', d.ring, d.waits_for, d.excluded, d.newest), 0)
               ORDER BY CASE WHEN d.newest THEN -d.priority END,
                        CASE WHEN d.newest THEN d.queued_at END DESC, d.turn, d.queued_at, d.id) AS place
    FROM due d
)
SELECT p.id, p.queue_id, p.channel, p.priority, p.queued_at, p.units, p.exclusive, p.requirements, p.routed,
       p.queue_requirements, p.placement, p.excluded, p.refusals, p.offer_seconds, p.target_minutes,
       CASE WHEN p.preferred_agent_id IS NULL AND p.sticky_to IS NOT NULL
            THEN coalesce(p.waits_for, known_by(p.customer_id, p.id, p.sticky_to))
            ELSE p.preferred_agent_id END AS preferred_agent_id,
       p.preferred_agent_id IS NOT NULL AS named
FROM placed p
WHERE p.place <= $1
ORDER BY p.queued_at, p.id;

-- name: candidates
SELECT a.id, a.queues, a.skills, a.capacity, a.limits, a.declared, a.pending, a.idle_since,
       EXISTS (SELECT FROM connections c WHERE c.agent_id = a.id AND c.expires_at > $1) AS connected,
       coalesce((SELECT jsonb_agg(jsonb_build_object('channel', h.channel, 'units', h.units, 'exclusive', h.exclusive,
                                                     'interruptible', h.interruptible,
                                                     'offered', h.state = 'offered'))
                 FROM interactions h
                 WHERE h.agent_id = a.id AND h.state IN ('offered', 'active', 'wrapping')), '[]') AS load
FROM agents a WHERE a.disabled_at IS NULL;

-- name: anybody_ready
SELECT EXISTS (SELECT FROM agents a WHERE a.declared = 'available' AND a.pending IS NULL AND a.disabled_at IS NULL
               AND EXISTS (SELECT FROM connections c WHERE c.agent_id = a.id AND c.expires_at > $1));

-- name: ahead
-- How many of the same queue come before, in the order of `routing.score`; $2: minutes for one step of priority.
SELECT count(*) FROM interactions o JOIN interactions i ON i.id = $1
WHERE o.queue_id = i.queue_id AND o.state IN ('queued', 'offered')
  AND (o.queued_at - make_interval(mins => o.priority * $2), o.id)
    < (i.queued_at - make_interval(mins => i.priority * $2), i.id);
