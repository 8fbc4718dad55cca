-- name: search
WITH found AS (
    (SELECT 'message' AS kind, m.interaction_id, m.text, m.at
     FROM messages m WHERE search_words(m.text) @@ search_query($1) ORDER BY m.at DESC LIMIT $3)
    UNION ALL
    (SELECT 'note', n.interaction_id, n.text, n.at
     FROM notes n WHERE search_words(n.text) @@ search_query($1) ORDER BY n.at DESC LIMIT $3)
), reference AS (
    SELECT 'message' AS kind, i.id AS interaction_id, i.last_text AS text, i.last_at AS at
    FROM interactions i WHERE i.reference = upper($1)
)
SELECT 'customer' AS kind, c.id AS customer_id,
       coalesce(c.name, '') AS customer_name, NULL::uuid AS interaction_id, NULL AS reference,
       coalesce((SELECT string_agg(a.value, ' · ' ORDER BY a.created_at) FROM addresses a
                 WHERE a.customer_id = c.id AND a.kind <> 'visitor'), '') AS text,
       c.created_at AS at, 0 AS place
FROM customers c
WHERE c.id IN (SELECT id FROM customers WHERE lower(name) LIKE '%' || $2 || '%'
               UNION SELECT customer_id FROM addresses WHERE kind <> 'visitor' AND lower(value) LIKE '%' || $2 || '%'
               LIMIT $3)
UNION ALL
SELECT f.kind, c.id, coalesce(c.name, ''), i.id, i.reference, f.text, f.at, 1
FROM (SELECT * FROM reference UNION SELECT * FROM found) f
JOIN interactions i ON i.id = f.interaction_id JOIN customers c ON c.id = i.customer_id
ORDER BY place, at DESC LIMIT $3;
