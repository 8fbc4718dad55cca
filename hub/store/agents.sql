-- name: views
SELECT a.id, a.login, a.name, a.role, a.language, a.queues, a.skills, a.capacity, a.version, a.declared, a.reason,
       a.declared_since AS since, a.pending, a.pending_reason, a.disabled_at IS NOT NULL AS disabled,
       EXISTS (SELECT FROM connections c WHERE c.agent_id = a.id AND c.expires_at > $1) AS connected,
       used_units(a.id) AS used
FROM agents a
WHERE CASE WHEN $2::uuid IS NULL THEN a.disabled_at IS NULL ELSE a.id = $2 END
ORDER BY a.name, a.id;
