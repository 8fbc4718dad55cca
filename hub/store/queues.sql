-- name: views
SELECT id, name, wrap_up_seconds, service_level_seconds, service_level_target, dispositions
FROM queues WHERE NOT retired ORDER BY position, id;

-- name: put
INSERT INTO queues (id, name, position, priority, requirements, offer_seconds, wrap_up_seconds, service_level_seconds,
                    service_level_target, dispositions, retired)
SELECT id, name, position, priority, requirements, offer_seconds, wrap_up_seconds, service_level_seconds,
       service_level_target, dispositions, false
FROM jsonb_populate_recordset(NULL::queues, $1::text::jsonb)
ON CONFLICT (id) DO UPDATE SET
    name = excluded.name, position = excluded.position, priority = excluded.priority,
    requirements = excluded.requirements, offer_seconds = excluded.offer_seconds,
    wrap_up_seconds = excluded.wrap_up_seconds, service_level_seconds = excluded.service_level_seconds,
    service_level_target = excluded.service_level_target, dispositions = excluded.dispositions, retired = false;

-- name: retire
-- A queue that left the configuration keeps its history; while work waits in it, it stays in sight.
UPDATE queues q SET retired = true
WHERE q.id <> ALL ($1::text[]) AND NOT EXISTS (SELECT FROM interactions i WHERE i.queue_id = q.id AND i.state <> 'done');
