-- name: touch
SELECT h.*, (SELECT jsonb_agg(jsonb_build_object('id', f.id, 'name', f.name, 'type', f.detected_type, 'size', f.size,
                                             'inline', f.inline) ORDER BY f.id)
         FROM files f WHERE f.touch_id = h.id) AS files
FROM history h WHERE h.id = $1;

-- name: touches_of
SELECT h.*, (SELECT jsonb_agg(jsonb_build_object('id', f.id, 'name', f.name, 'type', f.detected_type, 'size', f.size,
                                             'inline', f.inline) ORDER BY f.id)
         FROM files f WHERE f.touch_id = h.id) AS files
FROM history h WHERE h.interaction_id = $1 ORDER BY h.version;

-- name: timeline
SELECT h.*, (SELECT jsonb_agg(jsonb_build_object('id', f.id, 'name', f.name, 'type', f.detected_type, 'size', f.size,
                                             'inline', f.inline) ORDER BY f.id)
         FROM files f WHERE f.touch_id = h.id) AS files
FROM history h
WHERE customer_id = $1
  AND ($2::text IS NULL OR channel = $2)
  AND (cardinality($3::text[]) = 0 OR kind = ANY ($3))
  AND ($4::timestamptz IS NULL OR (at, id) < ($4, $5::uuid))
ORDER BY at DESC, id DESC LIMIT $6;
