-- name: open_session
INSERT INTO sessions (token_sha256, agent_id, csrf, created_at, expires_at) VALUES ($1, $2, $3, $4, $5);

-- name: session
SELECT s.agent_id, s.csrf, s.expires_at, a.role, a.name, a.queues
FROM sessions s JOIN agents a ON a.id = s.agent_id
WHERE s.token_sha256 = $1 AND s.expires_at > $2 AND a.disabled_at IS NULL;

-- name: live_sessions
SELECT s.token_sha256
FROM sessions s JOIN agents a ON a.id = s.agent_id
WHERE s.token_sha256 = ANY ($1::bytea[]) AND s.expires_at > $2 AND a.disabled_at IS NULL;

-- name: end_session
DELETE FROM sessions WHERE token_sha256 = $1;

-- name: end_sessions_of
DELETE FROM sessions WHERE agent_id = $1;

-- name: sweep_sessions
DELETE FROM sessions WHERE expires_at <= $1;

-- name: blocked_until
SELECT max(blocked_until) FROM login_failures WHERE login = ANY ($1::text[]) AND blocked_until > $2;

-- name: note_failure
-- $4: failures that are free; then the pause doubles from one second up to $5 seconds.
INSERT INTO login_failures (login, failures, blocked_until) VALUES ($1, 1, $2)
ON CONFLICT (login) DO UPDATE SET
    failures = CASE WHEN login_failures.blocked_until < $3 THEN 1 ELSE login_failures.failures + 1 END,
    blocked_until = $2::timestamptz + make_interval(secs => CASE
        WHEN login_failures.blocked_until < $3 OR login_failures.failures + 1 <= $4 THEN 0
        ELSE least($5::float8, power(2.0::float8, least(login_failures.failures - $4, 30)::float8)) END);

-- name: forget_failures
DELETE FROM login_failures WHERE login = $1;
