-- name: figures
-- $1: now; $2: since when "today" counts. The service level's cohort are the interactions that came in since then.
WITH open AS (
    SELECT queue_id,
           count(*) FILTER (WHERE state = 'queued') AS waiting,
           count(*) FILTER (WHERE state = 'offered') AS offered,
           count(*) FILTER (WHERE state = 'active') AS active,
           count(*) FILTER (WHERE state = 'wrapping') AS wrapping,
           count(*) FILTER (WHERE state IN ('waiting', 'parked')) AS held
    FROM interactions WHERE state <> 'done' GROUP BY queue_id
), promised AS (
    SELECT i.queue_id, count(*) FILTER (WHERE s.state = 'breached') AS breached,
           count(*) FILTER (WHERE s.state = 'warned') AS at_risk
    FROM sla_clocks s JOIN interactions i ON i.id = s.interaction_id WHERE NOT s.over GROUP BY i.queue_id
), oldest AS (
    SELECT DISTINCT ON (queue_id) queue_id, id, queued_at
    FROM interactions WHERE state = 'queued' ORDER BY queue_id, queued_at, id
), today AS (
    SELECT i.queue_id,
           count(*) FILTER (WHERE i.answered_at IS NOT NULL) AS answered,
           count(*) FILTER (WHERE i.answered_at - i.created_at <= make_interval(secs => q.service_level_seconds))
             AS answered_in_time,
           count(*) FILTER (WHERE i.answered_at IS NULL AND i.state <> 'done'
                              AND $1::timestamptz - i.created_at > make_interval(secs => q.service_level_seconds))
             AS late_waiting,
           count(*) FILTER (WHERE i.answered_at IS NULL AND i.state = 'done' AND i.disposition IS NULL) AS abandoned
    FROM interactions i JOIN queues q ON q.id = i.queue_id
    WHERE i.created_at >= $2 GROUP BY i.queue_id
), ended AS (
    SELECT queue_id, count(*) AS closed FROM interactions WHERE closed_at >= $2 GROUP BY queue_id
), smallest AS (
    SELECT queue_id, min(units) AS units FROM interactions WHERE state = 'queued' GROUP BY queue_id
), people AS (
    SELECT q.queue_id, count(*) AS staff,
           count(*) FILTER (WHERE a.declared = 'available' AND a.pending IS NULL
               AND EXISTS (SELECT FROM connections c WHERE c.agent_id = a.id AND c.expires_at > $1)
               AND used_units(a.id) + coalesce(s.units, 1) <= a.capacity) AS ready
    FROM agents a CROSS JOIN unnest(a.queues) AS q (queue_id) LEFT JOIN smallest s ON s.queue_id = q.queue_id
    WHERE a.disabled_at IS NULL GROUP BY q.queue_id
)
SELECT q.id AS queue, coalesce(o.waiting, 0) AS waiting, d.queued_at AS oldest_at, d.id AS oldest_id,
       coalesce(o.offered, 0) AS offered, coalesce(o.active, 0) AS active, coalesce(o.wrapping, 0) AS wrapping,
       coalesce(o.held, 0) AS held, coalesce(p.ready, 0) AS ready, coalesce(p.staff, 0) AS staff,
       coalesce(t.answered, 0) AS answered, coalesce(t.answered_in_time, 0) AS answered_in_time,
       coalesce(t.late_waiting, 0) AS late_waiting, coalesce(t.abandoned, 0) AS abandoned,
       coalesce(e.closed, 0) AS closed, coalesce(m.breached, 0) AS breached, coalesce(m.at_risk, 0) AS at_risk
FROM queues q
LEFT JOIN open o ON o.queue_id = q.id
LEFT JOIN promised m ON m.queue_id = q.id
LEFT JOIN oldest d ON d.queue_id = q.id
LEFT JOIN today t ON t.queue_id = q.id
LEFT JOIN ended e ON e.queue_id = q.id
LEFT JOIN people p ON p.queue_id = q.id
WHERE NOT q.retired ORDER BY q.position, q.id;
