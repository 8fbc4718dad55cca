-- name: latest
SELECT i.id, i.reference, i.state, i.queue_id, i.agent_id, g.name AS agent_name, i.messages
FROM addresses a JOIN interactions i ON i.address_id = a.id AND i.channel = $3
LEFT JOIN agents g ON g.id = coalesce(i.agent_id, i.preferred_agent_id)
WHERE a.kind = $1 AND a.value = $2
ORDER BY i.created_at DESC, i.id DESC LIMIT 1;

-- name: said
-- Reads messages only: notes are of another table, and nothing a customer sees comes from there.
SELECT id, client_id, interaction_id, number, direction, author_name AS name, text, at, state, touch_id
FROM messages WHERE interaction_id = $1 AND number > $2 ORDER BY number LIMIT 500;

-- name: staff
SELECT count(*) FILTER (WHERE a.declared = 'available' AND a.pending IS NULL)::int AS ready,
       coalesce(sum(greatest(1, a.capacity / greatest($3::int, 1))) FILTER (WHERE a.declared = 'available'), 0)::int
         AS places
FROM agents a
WHERE $1 = ANY (a.queues) AND a.disabled_at IS NULL
  AND EXISTS (SELECT FROM connections c WHERE c.agent_id = a.id AND c.expires_at > $2);
