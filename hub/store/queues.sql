-- name: retire_others
UPDATE queues SET retired = true WHERE id <> ALL ($1::text[]) AND NOT retired;

-- name: put_queue
INSERT INTO queues (id, name, position, priority, requirements, offer_seconds, wrap_up_seconds,
                    service_level_seconds, service_level_target, dispositions, retired)
VALUES ($1, $2::text::jsonb, $3, $4, $5::text::jsonb, $6, $7, $8, $9, $10::text::jsonb, false)
ON CONFLICT (id) DO UPDATE SET
    name = excluded.name, position = excluded.position, priority = excluded.priority,
    requirements = excluded.requirements, offer_seconds = excluded.offer_seconds,
    wrap_up_seconds = excluded.wrap_up_seconds, service_level_seconds = excluded.service_level_seconds,
    service_level_target = excluded.service_level_target, dispositions = excluded.dispositions, retired = false;

-- name: views
SELECT id, name, wrap_up_seconds, service_level_seconds, service_level_target, dispositions
FROM queues WHERE NOT retired ORDER BY position, id;
