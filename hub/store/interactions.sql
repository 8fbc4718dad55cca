-- name: opened
SELECT customer_id, fields, channel, address_id FROM interactions WHERE id = $1;
