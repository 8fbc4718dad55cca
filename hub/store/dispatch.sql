-- name: work
-- Waiting items with what their queue asks for; $2: since when a declined or missed offer still excludes its agent.
SELECT i.id, i.queue_id, i.channel, i.priority + q.priority AS priority, i.queued_at, i.units, i.exclusive,
       q.requirements AS queue_requirements, i.requirements, i.preferred_agent_id, q.offer_seconds,
       coalesce((SELECT array_agg(o.agent_id) FROM offers o
                 WHERE o.interaction_id = i.id AND o.state IN ('declined', 'missed') AND o.ended_at > $2), '{}')
         AS excluded
FROM interactions i JOIN queues q ON q.id = i.queue_id
WHERE i.state = 'queued' AND ($3::uuid IS NULL OR i.id = $3)
ORDER BY i.queued_at, i.id LIMIT $1;

-- name: candidates
SELECT a.id, a.queues, a.skills, a.capacity, a.declared, a.pending, a.idle_since,
       EXISTS (SELECT FROM connections c WHERE c.agent_id = a.id AND c.expires_at > $1) AS connected,
       coalesce((SELECT jsonb_agg(jsonb_build_object('channel', h.channel, 'units', h.units, 'exclusive', h.exclusive,
                                                     'offered', h.state = 'offered'))
                 FROM interactions h
                 WHERE h.agent_id = a.id AND h.state IN ('offered', 'active', 'wrapping')), '[]') AS load
FROM agents a WHERE a.disabled_at IS NULL;

-- name: anybody_ready
SELECT EXISTS (SELECT FROM agents a WHERE a.declared = 'available' AND a.pending IS NULL AND a.disabled_at IS NULL
               AND EXISTS (SELECT FROM connections c WHERE c.agent_id = a.id AND c.expires_at > $1))
   AND EXISTS (SELECT FROM interactions WHERE state = 'queued');

-- name: ahead
-- How many of the same queue were there before; the same order as `routing.match` within one priority.
SELECT count(*) FROM interactions o JOIN interactions i ON i.id = $1
WHERE o.queue_id = i.queue_id AND o.state IN ('queued', 'offered') AND (o.queued_at, o.id) < (i.queued_at, i.id);

-- name: recent_handles
SELECT extract(epoch FROM a.ended_at - a.started_at)::float8 AS seconds
FROM assignments a JOIN interactions i ON i.id = a.interaction_id
WHERE i.queue_id = $1 AND a.ended_at > $2 ORDER BY a.ended_at DESC LIMIT 50;

-- name: recent_waits
SELECT extract(epoch FROM answered_at - created_at)::float8 AS seconds
FROM interactions WHERE queue_id = $1 AND created_at > $2 AND answered_at IS NOT NULL
ORDER BY created_at DESC LIMIT 50;
