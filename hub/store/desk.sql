-- name: offer
SELECT o.id, o.interaction_id, o.agent_id, o.state, o.reason, a.name AS taken_by
FROM offers one JOIN offers o ON o.interaction_id = one.interaction_id AND o.offered_at = one.offered_at
LEFT JOIN offers t ON t.interaction_id = o.interaction_id AND t.offered_at = o.offered_at AND t.state = 'accepted'
LEFT JOIN agents a ON a.id = t.agent_id
WHERE one.id = $1 ORDER BY o.id = $1 DESC, o.id;

-- name: written
-- What a retry finds: the touch of a message or note that carries this id already.
SELECT touch_id, text, false AS note FROM messages
WHERE interaction_id = $1 AND direction = 'out' AND client_id = $2
UNION ALL
SELECT touch_id, text, true FROM notes WHERE interaction_id = $1 AND client_id = $2;

-- name: recipient
SELECT a.kind, a.value, a.verified FROM interactions i JOIN addresses a ON a.id = i.address_id WHERE i.id = $1;

-- name: queue
SELECT w.seconds, q.dispositions
FROM interactions i JOIN queues q ON q.id = i.queue_id JOIN wrap_ups w ON w.queue_id = q.id WHERE i.id = $1;

-- name: extensions
-- How often this wrap-up was made longer already, and how often it may be.
SELECT w.extend_seconds AS seconds, w.extensions AS most, (
    SELECT count(*) FROM touches t WHERE t.interaction_id = i.id AND t.kind = 'extended' AND t.version > coalesce((
        SELECT max(e.version) FROM touches e WHERE e.interaction_id = i.id AND e.kind IN ('ended', 'left')), 0)) AS taken
FROM interactions i JOIN wrap_ups w ON w.queue_id = i.queue_id WHERE i.id = $1;

-- name: queue_exists
SELECT EXISTS (SELECT FROM queues WHERE id = $1 AND NOT retired);

-- name: serves
SELECT EXISTS (SELECT FROM agents WHERE id = $1 AND disabled_at IS NULL AND $2 = ANY (queues));

-- name: known_disposition
SELECT $1 = 'logged' OR EXISTS (SELECT FROM queues q, jsonb_array_elements(q.dispositions) d WHERE d ->> 'id' = $1);

-- name: may_act
SELECT i.agent_id = $2 OR i.preferred_agent_id = $2 OR i.queue_id = ANY (a.queues)
FROM interactions i, agents a WHERE i.id = $1 AND a.id = $2;

-- name: agent_version
SELECT version FROM agents WHERE id = $1;
