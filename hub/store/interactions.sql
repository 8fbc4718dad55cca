-- name: opened
SELECT customer_id, fields FROM interactions WHERE id = $1;
