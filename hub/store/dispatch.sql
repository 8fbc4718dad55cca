-- name: work
-- Waiting items with what their queue asks for: the first $1 of each kind, so that a kind which nobody serves hides no
-- other. $2: since when who declined, missed or gave back an item is not asked again; $4: minutes per step of priority.
SELECT i.id, i.queue_id, i.channel, i.priority + q.priority AS priority, i.queued_at, i.units, i.exclusive,
       q.requirements AS queue_requirements, i.requirements, i.preferred_agent_id, q.offer_seconds, q.service_level_seconds,
       ARRAY(SELECT o.agent_id FROM offers o
             WHERE o.interaction_id = i.id AND o.state IN ('declined', 'missed') AND o.ended_at > $2
             UNION SELECT a.agent_id FROM assignments a
             WHERE a.interaction_id = i.id AND a.end_reason = 'requeued' AND a.ended_at > $2
               AND a.agent_id IS DISTINCT FROM i.preferred_agent_id) AS excluded
FROM (SELECT w.*, row_number() OVER (PARTITION BY w.queue_id, w.requirements, w.units, w.exclusive
                                     ORDER BY w.queued_at - make_interval(mins => w.priority * $4), w.id) AS place
      FROM interactions w WHERE w.state = 'queued' AND ($3::uuid IS NULL OR w.id = $3)) i
JOIN queues q ON q.id = i.queue_id
WHERE i.place <= $1
ORDER BY i.queued_at, i.id;

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

-- name: recent_handles
SELECT extract(epoch FROM a.ended_at - a.started_at)::float8 AS seconds
FROM assignments a JOIN interactions i ON i.id = a.interaction_id
WHERE i.queue_id = $1 AND a.ended_at > $2 ORDER BY a.ended_at DESC LIMIT 50;

-- name: recent_waits
SELECT extract(epoch FROM a.started_at - i.queued_at)::float8 AS seconds
FROM assignments a JOIN interactions i ON i.id = a.interaction_id
WHERE i.queue_id = $1 AND a.started_at > $2 AND a.started_at >= i.queued_at
ORDER BY a.started_at DESC LIMIT 50;
