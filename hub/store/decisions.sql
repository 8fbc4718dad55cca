-- name: spend
-- Takes so many bytes ($2) of a day's budget ($3), or nothing at all when there is no room for them. A decision that a
-- crash loses is missing anyhow if it comes a moment sooner; so no offer waits until the disk has it.
INSERT INTO decision_days AS d (day, bytes) SELECT $1, $2::bigint WHERE $2::bigint <= $3::bigint
ON CONFLICT (day) DO UPDATE SET bytes = d.bytes + excluded.bytes WHERE d.bytes + excluded.bytes <= $3::bigint
RETURNING bytes, set_config('synchronous_commit', 'off', true);

-- name: leave_out
INSERT INTO decision_days AS d (day, bytes, left_out) VALUES ($1, 0, 1)
ON CONFLICT (day) DO UPDATE SET left_out = d.left_out + 1;

-- name: put_pages
-- In one order, so that no two nodes wait for one another.
INSERT INTO decision_pages AS p (sha256, content, last_at)
SELECT n.sha256, n.content, $3 FROM unnest($1::bytea[], $2::bytea[]) AS n(sha256, content) ORDER BY n.sha256
ON CONFLICT (sha256) DO UPDATE SET last_at = excluded.last_at WHERE p.last_at < excluded.last_at;

-- name: put
INSERT INTO decisions (id, at, policy_version, ordering, work, agents, matches, plan_sha256)
VALUES ($1, $2, $3, $4::text::jsonb, $5, $6, $7::text::jsonb, $8);

-- name: between
-- From $1 on and before $2, in order; after $3, $4 where a reader goes on.
SELECT id, at, policy_version, ordering, work, agents, matches, plan_sha256 FROM decisions
WHERE at >= $1 AND at < $2 AND ($3::timestamptz IS NULL OR (at, id) > ($3, $4::uuid)) ORDER BY at, id LIMIT $5;

-- name: pages
SELECT sha256, content FROM decision_pages WHERE sha256 = ANY ($1::bytea[]);

-- name: left_out
SELECT coalesce(sum(left_out), 0)::integer FROM decision_days WHERE day >= $1 AND day <= $2;

-- name: forget
DELETE FROM decisions WHERE at < $1;

-- name: forget_pages
DELETE FROM decision_pages WHERE last_at < $1;

-- name: forget_days
DELETE FROM decision_days WHERE day < $1;
