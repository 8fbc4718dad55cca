-- name: lost
SELECT l.id, l.agent_id, l.queues AS queues_before, l.skills AS skills_before, a.queues, a.skills,
       a.disabled_at IS NOT NULL AS disabled
FROM lost_permissions l JOIN agents a ON a.id = l.agent_id ORDER BY l.id LIMIT 100;

-- name: held
SELECT i.id, i.queue_id, q.requirements FROM interactions i JOIN queues q ON q.id = i.queue_id
WHERE (i.agent_id = $1 AND i.state IN ('offered', 'active'))
   OR i.id IN (SELECT interaction_id FROM offers_beside WHERE agent_id = $1)
ORDER BY i.queued_at, i.id;

-- name: forget
DELETE FROM lost_permissions WHERE id = $1;
