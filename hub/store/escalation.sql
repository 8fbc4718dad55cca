-- name: any_going
SELECT EXISTS (SELECT FROM sla_clocks WHERE NOT over);

-- name: look_soon
-- Those of $1 that have moved since they were looked at, and are not due anyway. In one order, so that no two nodes wait for one another.
INSERT INTO sla_clocks (interaction_id, look_at)
SELECT i.id, $2 FROM interactions i LEFT JOIN sla_clocks c ON c.interaction_id = i.id
WHERE i.id = ANY ($1::uuid[]) AND c.seen IS DISTINCT FROM i.version
  AND (i.state <> 'done' OR c.interaction_id IS NOT NULL) AND (c.look_at IS NULL OR c.look_at > $2)
ORDER BY i.id
ON CONFLICT (interaction_id) DO UPDATE SET look_at = least(sla_clocks.look_at, excluded.look_at);

-- name: look_at_all
-- All that have moved, or that an older policy judged. Rings may be lost; this finds what they told of.
INSERT INTO sla_clocks (interaction_id, look_at)
SELECT found.id, $1 FROM (
    SELECT i.id FROM interactions i LEFT JOIN sla_clocks c ON c.interaction_id = i.id
    WHERE i.state <> 'done' AND (c.seen IS DISTINCT FROM i.version OR c.policy <> $2)
      AND (c.look_at IS NULL OR c.look_at > $1)
    UNION
    SELECT i.id FROM sla_clocks c JOIN interactions i ON i.id = c.interaction_id
    WHERE NOT c.over AND c.seen <> i.version AND (c.look_at IS NULL OR c.look_at > $1)) found
ORDER BY found.id
ON CONFLICT (interaction_id) DO UPDATE SET look_at = least(sla_clocks.look_at, excluded.look_at);

-- name: look_at_left_alone
-- What waits in queues in which nobody is logged in, and has not left by that exit yet.
UPDATE sla_clocks c SET look_at = $2
FROM (SELECT w.interaction_id FROM interactions i JOIN sla_clocks w ON w.interaction_id = i.id
      WHERE i.state = 'queued' AND i.queue_id = ANY ($1::text[]) AND w.look_at IS DISTINCT FROM $2
        AND NOT EXISTS (SELECT FROM queue_exits e WHERE e.interaction_id = i.id AND e.queue_id = i.queue_id
                        AND e.condition = 'nobody_logged_in')
      ORDER BY w.interaction_id FOR UPDATE OF w SKIP LOCKED) found
WHERE c.interaction_id = found.interaction_id;

-- name: claim
-- The next one to look at; what another node looks at now is left to it.
SELECT interaction_id FROM sla_clocks WHERE look_at <= $1
ORDER BY look_at, interaction_id LIMIT 1 FOR UPDATE SKIP LOCKED;

-- name: next_look
SELECT min(look_at) FROM sla_clocks;

-- name: postpone
UPDATE sla_clocks SET look_at = $2 WHERE interaction_id = $1;

-- name: standing
SELECT i.sla, i.ladder, i.ladder_step, i.ladder_since, coalesce(c.arrived, '{}') AS arrived,
       coalesce(c.policy, 0) AS policy, c.clock, c.state, c.due_at, c.left_seconds
FROM interactions i LEFT JOIN sla_clocks c ON c.interaction_id = i.id WHERE i.id = $1;

-- name: touches
SELECT t.id, t.kind, t.recorded_at AS at, t.data, m.id AS message_id
FROM touches t LEFT JOIN messages m ON m.touch_id = t.id
WHERE t.interaction_id = $1 ORDER BY t.version;

-- name: done
SELECT clock, anchor, step, turn, at FROM sla_actions WHERE interaction_id = $1;

-- name: act
INSERT INTO sla_actions (interaction_id, clock, anchor, step, turn, what, cycle, at, superseded, policy, acted_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
ON CONFLICT DO NOTHING RETURNING true;

-- name: exits
SELECT condition FROM queue_exits WHERE interaction_id = $1 AND queue_id = $2;

-- name: leave
INSERT INTO queue_exits (interaction_id, queue_id, condition, policy, at) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT DO NOTHING RETURNING true;

-- name: one_by_one
-- Whoever counts what waits in a queue counts alone, so that two nodes do not both find the last place.
SELECT pg_advisory_xact_lock(hashtextextended($1::text, 7));

-- name: waiting_before
SELECT count(*) FROM interactions i JOIN sla_clocks c ON c.interaction_id = i.id
WHERE i.queue_id = $1 AND i.state IN ('queued', 'offered') AND i.id <> $2 AND $1 = ANY (c.arrived);

-- name: logged_in
-- Queues in which somebody is logged in; $1: a socket that closed after this moment may come back.
SELECT DISTINCT q FROM agents a CROSS JOIN unnest(a.queues) AS q
WHERE a.disabled_at IS NULL AND a.declared <> 'offline'
  AND EXISTS (SELECT FROM connections c WHERE c.agent_id = a.id AND c.expires_at > $1);

-- name: climb
UPDATE interactions SET ladder = $2, ladder_step = $3, ladder_since = $4 WHERE id = $1;

-- name: ask_others
-- Other agents than the rule asked for, from now on: its rings would bring back what this replaces, and nobody waits for
-- one agent any more.
UPDATE interactions SET placement = (coalesce(placement, '{}') - 'rings' - 'sticky')
    || jsonb_build_object('queue', $2::text, 'require', $3::text)
WHERE id = $1;

-- name: policy
SELECT document FROM policies WHERE version = $1;

-- name: promise
UPDATE interactions SET sla = $2::text::jsonb WHERE id = $1;

-- name: judged
UPDATE sla_clocks SET look_at = $2, seen = $3, policy = $4, arrived = $5, over = $6, clock = $7, state = $8, due_at = $9,
    left_seconds = $10 WHERE interaction_id = $1;

-- name: refused
UPDATE interactions SET refused = $2 WHERE id = $1 AND refused <> $2;
