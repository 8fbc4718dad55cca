-- name: of_touches
SELECT touch_id, id, name, detected_type, size, inline FROM files WHERE touch_id = ANY($1::uuid[]) ORDER BY id;

-- name: one
SELECT f.id, f.name, f.detected_type, f.size, f.inline, f.owner, f.touch_id, t.interaction_id, b.bytes
FROM files f JOIN blobs b ON b.sha256 = f.sha256 LEFT JOIN touches t ON t.id = f.touch_id
WHERE f.id = $1;

-- name: readable_by_address
SELECT EXISTS (
    SELECT FROM files f JOIN messages m ON m.touch_id = f.touch_id
    JOIN interactions i ON i.id = m.interaction_id JOIN addresses a ON a.id = i.address_id
    WHERE f.id = $1 AND a.kind = 'visitor' AND a.value = $2);

-- name: sent
SELECT f.id, f.name, f.detected_type, f.size, f.inline, b.bytes
FROM files f JOIN blobs b ON b.sha256 = f.sha256 JOIN messages m ON m.touch_id = f.touch_id
WHERE f.id = $1 AND m.direction = 'out';
