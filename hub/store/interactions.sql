-- name: opened
-- Visible to an agent: all interactions of a customer who is on his desk or in one of his queues.
SELECT i.customer_id, i.fields, i.channel, i.address_id,
       EXISTS (SELECT FROM interactions mine JOIN agents a ON a.id = $2
               WHERE mine.customer_id = i.customer_id
                 AND (mine.agent_id = a.id OR mine.preferred_agent_id = a.id OR mine.queue_id = ANY (a.queues)))
         AS visible
FROM interactions i WHERE i.id = $1;
