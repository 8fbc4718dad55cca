-- How long the work after a contact may take: as the policy in force says of its queue, else as the configuration does.
CREATE VIEW wrap_ups AS
SELECT q.id AS queue_id,
       coalesce((said.wrap_up ->> 'seconds')::integer, q.wrap_up_seconds) AS seconds,
       coalesce((said.wrap_up ->> 'extend_seconds')::integer, q.wrap_up_seconds) AS extend_seconds,
       coalesce((said.wrap_up ->> 'extensions')::integer, 2) AS extensions
FROM queues q LEFT JOIN LATERAL (
    SELECT queue -> 'wrap_up' AS wrap_up
    FROM (SELECT document FROM policies ORDER BY version DESC LIMIT 1) newest,
         jsonb_array_elements(newest.document -> 'queues') AS queue
    WHERE queue ->> 'id' = q.id) said ON true;
