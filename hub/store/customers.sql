-- name: view
SELECT c.id, coalesce(c.name, '') AS name, c.language, c.created_at, c.version,
       (SELECT count(*) FROM interactions i WHERE i.customer_id = c.id) AS interactions,
       (SELECT count(*) FROM touches t WHERE t.customer_id = c.id) AS touches,
       c.vip, c.segments, c.contract, c.owner_id, o.name AS owner
FROM customers c LEFT JOIN agents o ON o.id = c.owner_id WHERE c.id = $1;

-- name: addresses
SELECT a.kind, a.value, a.verified, u.since AS undeliverable_at, u.reason AS undeliverable_reason
FROM addresses a LEFT JOIN undeliverable u ON a.kind = 'email' AND u.address = lower(a.value)
WHERE a.customer_id = $1 ORDER BY a.kind = 'visitor', a.created_at, a.id;

-- name: search
SELECT c.id, c.created_at FROM customers c
WHERE ($1 = '' OR lower(c.name) LIKE '%' || $2 || '%'
       OR EXISTS (SELECT FROM addresses a WHERE a.customer_id = c.id AND a.kind <> 'visitor'
                    AND lower(a.value) LIKE '%' || $2 || '%'))
  AND ($3::timestamptz IS NULL OR (c.created_at, c.id) < ($3, $4::uuid))
ORDER BY c.created_at DESC, c.id DESC LIMIT $5;

-- name: edit
WITH old AS (
    SELECT name, language FROM customers WHERE id = $1 AND version = $4 FOR UPDATE
), done AS (
    UPDATE customers c SET name = $2, language = coalesce($3, c.language), version = c.version + 1
    FROM old WHERE c.id = $1 RETURNING c.version, c.language
), kept AS (
    INSERT INTO customer_edits (customer_id, version, field, before, after, agent_id, at)
    SELECT $1, done.version, edit.field, edit.before, edit.after, $5, $6
    FROM old, done, LATERAL (VALUES ('name', old.name, $2), ('language', old.language, done.language))
      AS edit (field, before, after)
    WHERE edit.before IS DISTINCT FROM edit.after
    RETURNING field, before, after
)
SELECT kept.field, kept.before, kept.after FROM done LEFT JOIN kept ON true ORDER BY kept.field;

-- name: mark
-- Also whose owner was named before he was disabled: his name stays in what is kept.
WITH old AS (
    SELECT c.vip, c.segments, c.contract, o.name AS owner
    FROM customers c LEFT JOIN agents o ON o.id = c.owner_id WHERE c.id = $1 AND c.version = $6 FOR UPDATE OF c
), done AS (
    UPDATE customers c SET vip = $2, segments = $3, contract = $4, owner_id = $5, version = c.version + 1
    FROM old WHERE c.id = $1 RETURNING c.version
), kept AS (
    INSERT INTO customer_edits (customer_id, version, field, before, after, agent_id, at)
    SELECT $1, done.version, edit.field, edit.before, edit.after, $7, $8
    FROM old, done, LATERAL (VALUES
        ('vip', CASE WHEN old.vip THEN 'VIP' END, CASE WHEN $2 THEN 'VIP' END),
        ('segments', nullif(array_to_string(old.segments, ', '), ''), nullif(array_to_string($3::text[], ', '), '')),
        ('contract', old.contract, $4),
        ('owner', old.owner, (SELECT name FROM agents WHERE id = $5)))
      AS edit (field, before, after)
    WHERE edit.before IS DISTINCT FROM edit.after
    RETURNING field, before, after
)
SELECT kept.field, kept.before, kept.after FROM done LEFT JOIN kept ON true ORDER BY kept.field;

-- name: may_own
SELECT EXISTS (SELECT FROM agents WHERE id = $1 AND disabled_at IS NULL);

-- name: open_ids
SELECT id FROM interactions WHERE customer_id = $1 AND state <> 'done' ORDER BY id;

-- name: edits
SELECT e.field, e.before, e.after, coalesce(a.name, '') AS by, e.at
FROM customer_edits e LEFT JOIN agents a ON a.id = e.agent_id
WHERE e.customer_id = $1 ORDER BY e.version DESC, e.field LIMIT 20;

-- name: exists
SELECT EXISTS (SELECT FROM customers WHERE id = $1);
