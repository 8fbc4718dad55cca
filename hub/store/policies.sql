-- name: lock
SELECT pg_advisory_xact_lock(7163905128);

-- name: newest
SELECT version FROM policies ORDER BY version DESC LIMIT 1;

-- name: version
SELECT p.version, p.document, p.digest, p.published_at, p.published_by, a.name AS published_by_name, p.note, p.from_version
FROM policies p LEFT JOIN agents a ON a.id = p.published_by
WHERE p.version = coalesce($1, (SELECT max(version) FROM policies));

-- name: versions
SELECT p.version, p.digest, p.published_at, a.name AS published_by_name, p.note, p.from_version
FROM policies p LEFT JOIN agents a ON a.id = p.published_by ORDER BY p.version DESC LIMIT 500;

-- name: publish
INSERT INTO policies (version, document, digest, published_at, published_by, note, from_version)
VALUES ((SELECT coalesce(max(version), 0) + 1 FROM policies), $1, $2, $3, $4, $5, $6) RETURNING version;

-- name: draft
SELECT d.document, d.base, d.saved_at, a.name AS saved_by FROM policy_draft d LEFT JOIN agents a ON a.id = d.saved_by;

-- name: save_draft
-- $5: when the draft was saved that this one goes on with; null: there was none.
INSERT INTO policy_draft AS d (document, base, saved_at, saved_by) SELECT $1, $2, $3, $4
WHERE $5::timestamptz IS NULL OR EXISTS (SELECT FROM policy_draft WHERE saved_at = $5)
ON CONFLICT (one) DO UPDATE SET document = $1, base = $2, saved_at = $3, saved_by = $4
WHERE d.saved_at = $5 RETURNING saved_at;

-- name: drop_draft
DELETE FROM policy_draft WHERE saved_at = $1;

-- name: drop_any_draft
DELETE FROM policy_draft;

-- name: staff
SELECT login, queues, skills, capacity, limits FROM agents WHERE disabled_at IS NULL ORDER BY login;

-- name: corrected
-- Who stands in line, and of whose customer something was corrected since then.
SELECT DISTINCT i.id FROM touches t JOIN interactions i ON i.id = t.interaction_id AND i.state IN ('queued', 'offered')
WHERE t.recorded_at >= $1 AND t.kind = 'corrected' ORDER BY i.id LIMIT 5000;

-- name: waiting
-- Who stands in line, or one of them, with what rules may ask; $1: since when contacts count as repeated ones.
SELECT i.id, i.version, i.reference, i.queue_id, i.channel, i.source, i.subject, i.language, i.priority, i.queued_at, i.created_at,
       i.fields, i.rule, i.state,
       CASE WHEN i.ladder_step = 0 THEN i.placement END AS placement, -- a step up a ladder stands, whoever is asked then
       (i.placement ->> 'target_minutes')::float8 AS target_minutes, past_of(i.customer_id, $1, i.id) AS past,
       (SELECT m.text FROM messages m WHERE m.interaction_id = i.id AND m.direction = 'in' ORDER BY m.number LIMIT 1)
         AS text, f.names AS attachment_names,
       (SELECT a.value FROM addresses a WHERE a.id = i.address_id AND a.kind IN ('email', 'phone', 'whatsapp')) AS address
FROM interactions i
LEFT JOIN LATERAL (
    SELECT array_agg(f.name ORDER BY f.id) AS names
    FROM (SELECT t.id FROM touches t WHERE t.interaction_id = i.id ORDER BY t.version LIMIT 1) t
    JOIN files f ON f.touch_id = t.id) f ON true
WHERE CASE WHEN $2::uuid IS NULL THEN i.state IN ('queued', 'offered') ELSE i.id = $2 END
ORDER BY i.queued_at, i.id LIMIT 5000;
