-- name: view
SELECT c.id, coalesce(c.name, '') AS name, c.language, c.created_at, c.version,
       (SELECT count(*) FROM interactions i WHERE i.customer_id = c.id) AS interactions,
       (SELECT count(*) FROM touches t WHERE t.customer_id = c.id) AS touches
FROM customers c WHERE c.id = $1;

-- name: addresses
SELECT kind, value, verified FROM addresses WHERE customer_id = $1 ORDER BY kind = 'visitor', created_at, id;

-- name: search
SELECT c.id, c.created_at FROM customers c
WHERE ($1 = '' OR lower(c.name) LIKE '%' || $2 || '%'
       OR EXISTS (SELECT FROM addresses a WHERE a.customer_id = c.id AND a.kind <> 'visitor'
                    AND lower(a.value) LIKE '%' || $2 || '%'))
  AND ($3::timestamptz IS NULL OR (c.created_at, c.id) < ($3, $4::uuid))
ORDER BY c.created_at DESC, c.id DESC LIMIT $5;

-- name: edit
UPDATE customers SET name = $2, language = coalesce($3, language), version = version + 1
WHERE id = $1 AND version = $4;

-- name: exists
SELECT EXISTS (SELECT FROM customers WHERE id = $1);

-- name: first_address
SELECT kind, value FROM addresses WHERE customer_id = $1 AND kind IN ('email', 'phone') ORDER BY created_at, id LIMIT 1;
