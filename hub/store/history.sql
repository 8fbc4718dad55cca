-- name: touch
SELECT * FROM history WHERE id = $1;

-- name: touches_of
SELECT * FROM history WHERE interaction_id = $1 ORDER BY version;

-- name: timeline
SELECT * FROM history
WHERE customer_id = $1
  AND ($2::text IS NULL OR channel = $2)
  AND (cardinality($3::text[]) = 0 OR kind = ANY ($3))
  AND ($4::timestamptz IS NULL OR (at, id) < ($4, $5::uuid))
ORDER BY at DESC, id DESC LIMIT $6;
