-- name: opened
SELECT customer_id, source, fields FROM interactions WHERE id = $1;
