-- name: open_connection
INSERT INTO connections (id, agent_id, node, opened_at, expires_at) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (id) DO UPDATE SET expires_at = excluded.expires_at;

-- name: renew_connections
UPDATE connections SET expires_at = $2 WHERE id = ANY($1::text[]);

-- name: close_connection
UPDATE connections SET expires_at = $2 WHERE id = $1 AND expires_at > $2 RETURNING agent_id;

-- name: lapsed
SELECT DISTINCT agent_id FROM connections WHERE expires_at > $1 AND expires_at <= $2;

-- name: gone
-- Agents without a live socket who still count on one: since when they are gone, and what they hold.
SELECT a.id, a.declared, a.disabled_at IS NOT NULL AS disabled,
       coalesce((SELECT max(c.expires_at) FROM connections c WHERE c.agent_id = a.id), a.declared_since) AS since
FROM agents a
WHERE (a.declared IN ('available', 'missed', 'break') OR EXISTS (
         SELECT FROM interactions i WHERE i.agent_id = a.id AND i.state IN ('offered', 'active', 'wrapping'))
       OR EXISTS (SELECT FROM offers_beside b WHERE b.agent_id = a.id))
  AND (a.disabled_at IS NOT NULL
       OR NOT EXISTS (SELECT FROM connections c WHERE c.agent_id = a.id AND c.expires_at > $1));

-- name: holdings
SELECT id, state, offer_id, queue_id, channel, queued_at FROM interactions
WHERE agent_id = $1 AND state IN ('offered', 'active', 'wrapping')
UNION ALL
SELECT interaction_id, 'offered', offer_id, queue_id, channel, queued_at FROM offers_beside WHERE agent_id = $1
ORDER BY queued_at;

-- name: may_break
-- Whose break was to begin with the end of the last he held, which an offer was that somebody else took.
SELECT a.id FROM agents a WHERE a.pending IS NOT NULL
  AND NOT EXISTS (SELECT FROM interactions i WHERE i.agent_id = a.id AND i.state IN ('offered', 'active', 'wrapping'))
  AND NOT EXISTS (SELECT FROM offers_beside b WHERE b.agent_id = a.id);

-- name: forget_connections
DELETE FROM connections WHERE expires_at < $1;

-- name: set_pending
UPDATE agents SET pending = $2, pending_reason = $3, version = version + 1 WHERE id = $1;
