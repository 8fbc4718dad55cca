-- name: views
SELECT a.id, a.login, a.name, a.role, a.language, a.queues, a.skills, a.capacity, a.limits, a.version, a.declared, a.reason,
       a.declared_since AS since, a.pending, a.pending_reason, a.disabled_at IS NOT NULL AS disabled,
       EXISTS (SELECT FROM connections c WHERE c.agent_id = a.id AND c.expires_at > $1) AS connected,
       used_units(a.id) AS used
FROM agents a
WHERE CASE WHEN $2::uuid IS NULL THEN a.disabled_at IS NULL ELSE a.id = $2 END
ORDER BY a.name, a.id;

-- name: serving
SELECT id FROM agents WHERE id = ANY ($2::uuid[]) AND $1 = ANY (queues) AND disabled_at IS NULL ORDER BY id;

-- name: set_work
-- $7: the version that was read. What was there before is kept.
WITH old AS (SELECT id, skills, queues, capacity, limits FROM agents WHERE id = $1 AND version = $7 FOR UPDATE),
new AS (UPDATE agents a SET skills = $2::text::jsonb, queues = $3, capacity = $4, limits = $5::text::jsonb,
                            version = a.version + 1
        FROM old WHERE a.id = old.id RETURNING a.id, a.skills, a.queues, a.capacity, a.limits)
INSERT INTO agent_edits (agent_id, at, by, before, after)
SELECT new.id, $8, $6, to_jsonb(old) - 'id', to_jsonb(new) - 'id' FROM new, old RETURNING agent_id;
