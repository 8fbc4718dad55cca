-- name: card
SELECT * FROM cards WHERE id = $1;

-- name: cards_of
-- What lies on an agent's desk: what he holds, and what waits for him by name or is parked for him.
SELECT * FROM cards
WHERE (agent_id = $1 AND state IN ('offered', 'active', 'wrapping'))
   OR (preferred_agent_id = $1 AND state IN ('queued', 'waiting', 'parked'))
   OR id IN (SELECT interaction_id FROM offers_beside WHERE agent_id = $1)
ORDER BY entered_at, id;

-- name: head
SELECT id, version FROM interactions
WHERE (agent_id = $1 AND state IN ('offered', 'active', 'wrapping'))
   OR (preferred_agent_id = $1 AND state IN ('queued', 'waiting', 'parked'))
   OR id IN (SELECT interaction_id FROM offers_beside WHERE agent_id = $1);

-- name: listing
SELECT * FROM cards i
WHERE (cardinality($1::text[]) = 0 OR i.state = ANY ($1))
  AND ($2::text IS NULL OR i.queue = $2)
  AND ($3::uuid IS NULL OR i.agent_id = $3)
  AND ($4::text IS NULL OR i.channel = $4)
  AND ($5::uuid IS NULL OR i.agent_id = $5 OR i.preferred_agent_id = $5
       OR i.queue = ANY (SELECT unnest(v.queues) FROM agents v WHERE v.id = $5))
  AND ($6::timestamptz IS NULL OR i.entered_at >= $6)
  AND ($7::timestamptz IS NULL OR (i.queued_at, i.id) > ($7, $8::uuid))
ORDER BY i.queued_at, i.id LIMIT $9;

-- name: queues_seen
SELECT array_agg(q.id) FROM queues q
WHERE ($2::text IS NULL OR q.id = $2)
  AND ($1::uuid IS NULL OR q.id = ANY (SELECT unnest(v.queues) FROM agents v WHERE v.id = $1));

-- name: waiting_of
SELECT c.* FROM unnest($1::uuid[]) WITH ORDINALITY AS l (id, place) JOIN cards c ON c.id = l.id AND c.state = 'queued'
ORDER BY l.place;

-- name: count_waiting
SELECT count(*) FROM interactions WHERE state = 'queued' AND queue_id = ANY ($1::text[]);

-- name: count
SELECT count(*) FROM interactions i
WHERE (cardinality($1::text[]) = 0 OR i.state = ANY ($1))
  AND ($2::text IS NULL OR i.queue_id = $2)
  AND ($3::uuid IS NULL OR i.agent_id = $3)
  AND ($4::text IS NULL OR i.channel = $4)
  AND ($5::uuid IS NULL OR i.agent_id = $5 OR i.preferred_agent_id = $5
       OR i.queue_id = ANY (SELECT unnest(v.queues) FROM agents v WHERE v.id = $5))
  AND ($6::timestamptz IS NULL OR i.entered_at >= $6);

-- name: open_of_customer
SELECT * FROM cards WHERE customer_id = $1 AND state <> 'done' ORDER BY created_at DESC LIMIT 50;
