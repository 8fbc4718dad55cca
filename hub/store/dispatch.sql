-- name: work
-- Waiting items with what their queue asks for: the first $1 of each kind and besides as many as somebody refused in
-- that queue, so that neither a kind which nobody serves nor an agent who refused hides others. $2: now; $3: only this
-- one; $4: what the policy says of queues, for those it does not know the configuration decides; $5: in these queues,
-- null: in all; $6: most that wait for one agent each, who would hide one another.
-- One kind is what the same agents may have in the same order, `work_kind` and a stretch of age: between two rings,
-- before the end of the waiting for one agent, and, where the newest goes first, before it is late. Nothing else is
-- read, however much waits: from kind to kind, and in each kind from its first item on, by one index.
WITH RECURSIVE asked AS MATERIALIZED (
    SELECT q.id, q.priority, q.requirements, s.id IS NOT NULL AS routed,
           coalesce(s.offer_seconds, q.offer_seconds) AS offer_seconds,
           coalesce(s.exclude_seconds, 60) AS exclude_seconds,
           coalesce(s.target_minutes, q.service_level_seconds / 60.0::float8) AS target_minutes,
           coalesce(s.lifo, false) AS lifo, nullif(s.agent_seconds, 0) AS agent_seconds
    FROM queues q LEFT JOIN jsonb_to_recordset($4::text::jsonb)
        AS s(id text, offer_seconds integer, exclude_seconds integer, target_minutes float8, lifo boolean,
             agent_seconds integer)
        ON s.id = q.id
    WHERE $5::text[] IS NULL OR q.id = ANY ($5)
), refused AS MATERIALIZED (
    SELECT r.id, r.queue_id, array_agg(DISTINCT r.agent_id ORDER BY r.agent_id) AS agents
    FROM (SELECT i.id, i.queue_id, o.agent_id FROM offers o
          JOIN interactions i ON i.id = o.interaction_id AND i.state = 'queued' JOIN asked q ON q.id = i.queue_id
          WHERE o.state IN ('declined', 'missed')
            AND o.ended_at > $2::timestamptz - make_interval(secs => q.exclude_seconds)
            AND o.ended_at > $2::timestamptz - make_interval(secs => (SELECT max(exclude_seconds) FROM asked))
          UNION
          SELECT i.id, i.queue_id, a.agent_id FROM assignments a
          JOIN interactions i ON i.id = a.interaction_id AND i.state = 'queued' JOIN asked q ON q.id = i.queue_id
          WHERE a.end_reason = 'requeued' AND a.ended_at > $2::timestamptz - make_interval(secs => q.exclude_seconds)
            AND a.ended_at > $2::timestamptz - make_interval(secs => (SELECT max(exclude_seconds) FROM asked))
            AND a.agent_id IS DISTINCT FROM i.preferred_agent_id) r
    GROUP BY r.id, r.queue_id
), kinds AS (
    SELECT f.queue_id, f.kind, f.placement FROM asked q CROSS JOIN LATERAL (
        SELECT i.queue_id, i.placement,
               work_kind(i.channel, i.units, i.exclusive, i.priority, i.requirements, i.placement) AS kind
        FROM interactions i WHERE i.state = 'queued' AND i.queue_id = q.id AND $3::uuid IS NULL
        ORDER BY work_kind(i.channel, i.units, i.exclusive, i.priority, i.requirements, i.placement) LIMIT 1) f
    UNION ALL
    SELECT f.queue_id, f.kind, f.placement FROM kinds k CROSS JOIN LATERAL (
        SELECT i.queue_id, i.placement,
               work_kind(i.channel, i.units, i.exclusive, i.priority, i.requirements, i.placement) AS kind
        FROM interactions i WHERE i.state = 'queued' AND i.queue_id = k.queue_id
          AND work_kind(i.channel, i.units, i.exclusive, i.priority, i.requirements, i.placement) > k.kind
        ORDER BY work_kind(i.channel, i.units, i.exclusive, i.priority, i.requirements, i.placement) LIMIT 1) f
), ages AS (
    SELECT k.queue_id, k.kind, c.upto, coalesce(
               lead(c.upto) OVER (PARTITION BY k.queue_id, k.kind ORDER BY c.upto DESC), '-infinity') AS after,
           $2::timestamptz - make_interval(secs => greatest(
               (k.placement -> 'sticky' ->> 'seconds')::float8, q.agent_seconds::float8)) AS alone,
           CASE WHEN q.lifo THEN $2::timestamptz - make_interval(secs => 60 * coalesce(
               (k.placement ->> 'target_minutes')::float8, q.target_minutes)) END AS late
    FROM kinds k JOIN asked q ON q.id = k.queue_id CROSS JOIN LATERAL (
        SELECT 'infinity'::timestamptz AS upto
        UNION SELECT $2::timestamptz - make_interval(secs => (ring ->> 'after_seconds')::integer)
              FROM jsonb_array_elements(k.placement -> 'rings') ring
        UNION SELECT $2::timestamptz - make_interval(secs => (k.placement -> 'sticky' ->> 'seconds')::float8)
              WHERE k.placement -> 'sticky' IS NOT NULL
        UNION SELECT $2::timestamptz - make_interval(secs => q.agent_seconds) WHERE q.agent_seconds IS NOT NULL
        UNION SELECT $2::timestamptz - make_interval(secs => 60 * coalesce(
                  (k.placement ->> 'target_minutes')::float8, q.target_minutes)) WHERE q.lifo) c
), stretches AS (
    SELECT a.queue_id, a.kind, a.upto, a.after, a.late IS NOT NULL AND a.after >= a.late AS newest,
           CASE WHEN a.after >= a.alone THEN greatest($1::bigint, $6::bigint) ELSE $1::bigint END
           + (SELECT count(*) FROM refused r WHERE r.queue_id = a.queue_id) AS most
    FROM ages a
), found AS (
    SELECT f.id, s.kind, s.upto, CASE WHEN NOT s.newest THEN s.most END AS most
    FROM stretches s CROSS JOIN LATERAL (
        (SELECT i.id FROM interactions i
         WHERE i.state = 'queued' AND i.queue_id = s.queue_id AND i.queued_at <= s.upto AND i.queued_at > s.after
           AND work_kind(i.channel, i.units, i.exclusive, i.priority, i.requirements, i.placement) = s.kind
           AND NOT s.newest
         ORDER BY i.queued_at, i.id LIMIT s.most)
        UNION ALL
        (SELECT i.id FROM interactions i
         WHERE i.state = 'queued' AND i.queue_id = s.queue_id AND i.queued_at <= s.upto AND i.queued_at > s.after
           AND work_kind(i.channel, i.units, i.exclusive, i.priority, i.requirements, i.placement) = s.kind
           AND s.newest
         ORDER BY i.queued_at DESC, i.id LIMIT s.most)) f
    UNION ALL
    SELECT i.id, 0, 'infinity', NULL FROM interactions i WHERE i.id = $3 AND i.state = 'queued'
)
SELECT w.id, w.queue_id, w.channel, w.priority + q.priority AS priority, w.queued_at, w.units, w.exclusive,
       w.requirements, q.routed, q.requirements AS queue_requirements, w.placement, coalesce(r.agents, '{}') AS excluded,
       w.refused AS refusals, q.offer_seconds,
       coalesce((w.placement ->> 'target_minutes')::float8, q.target_minutes) AS target_minutes,
       CASE WHEN w.preferred_agent_id IS NULL AND w.placement -> 'sticky' IS NOT NULL
            THEN known_by(w.customer_id, w.id, w.placement -> 'sticky' ->> 'to')
            ELSE w.preferred_agent_id END AS preferred_agent_id,
       w.preferred_agent_id IS NOT NULL AS named, w.version, f.kind, f.upto, f.most
FROM found f JOIN interactions w ON w.id = f.id AND w.state = 'queued' JOIN asked q ON q.id = w.queue_id
LEFT JOIN refused r ON r.id = w.id;

-- name: by_name
-- What waits in these queues and was sent to one agent by name, the oldest first.
SELECT id FROM interactions WHERE state = 'queued' AND queue_id = ANY ($2::text[]) AND preferred_agent_id = $1
ORDER BY queued_at, id LIMIT 20;

-- name: taken_once
SELECT interaction_id FROM touches
WHERE kind = 'claimed' AND recorded_at > $3::timestamptz - interval '1 hour' AND actor_id = $1
  AND data ->> 'once' = $2 LIMIT 1;

-- name: turn
-- One node decides at a time: two that choose at once choose the same, and one of them for nothing. The plan of what
-- waits takes longer to make than to carry out, so it is made once.
SELECT set_config('plan_cache_mode', 'force_generic_plan', true), set_config('lock_timeout', '2s', true),
       pg_advisory_xact_lock(7018251);

-- name: candidates
-- Whom, if not all, is added.
SELECT a.id, a.idle_since, a.queues, a.skills, a.capacity, a.limits, a.declared, a.pending,
       EXISTS (SELECT FROM connections c WHERE c.agent_id = a.id AND c.expires_at > $1) AS connected,
       coalesce((SELECT jsonb_agg(jsonb_build_object('channel', h.channel, 'units', h.units, 'exclusive', h.exclusive,
                                                     'interruptible', h.interruptible,
                                                     'offered', h.state = 'offered'))
                 FROM (SELECT channel, units, exclusive, interruptible, state FROM interactions
                       WHERE agent_id = a.id AND state IN ('offered', 'active', 'wrapping')
                       UNION ALL
                       SELECT channel, units, exclusive, interruptible, 'offered' FROM offers_beside
                       WHERE agent_id = a.id
                       UNION ALL
                       SELECT channel, units, exclusive, interruptible, 'active' FROM calls_aside
                       WHERE agent_id = a.id) h), '[]') AS load
FROM agents a WHERE a.disabled_at IS NULL;

-- name: ahead
-- How many of the same queue come before, in the order of `routing.score`; $2: minutes for one step of priority, $3: the
-- target of the queue by the policy, null: by the configuration.
WITH line AS (
    SELECT o.id, o.queued_at, o.queued_at + make_interval(secs => 60 * (
               coalesce((o.placement ->> 'target_minutes')::float8, $3::float8, q.service_level_seconds / 60.0)
               - o.priority * $2::integer)) AS due
    FROM interactions i JOIN queues q ON q.id = i.queue_id
    JOIN interactions o ON o.queue_id = i.queue_id AND o.state IN ('queued', 'offered') WHERE i.id = $1)
SELECT count(*) FROM line o JOIN line i ON i.id = $1 WHERE (o.due, o.queued_at, o.id) < (i.due, i.queued_at, i.id);
