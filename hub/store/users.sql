-- name: add_user
INSERT INTO agents (id, login, name, role, password_hash, language, queues, skills, capacity, limits,
                    created_at, declared_since, idle_since)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8::text::jsonb, $9, $10::text::jsonb, $11, $11, $11)
ON CONFLICT (login) DO NOTHING
RETURNING id;

-- name: credentials
SELECT id, password_hash, disabled_at FROM agents WHERE login = $1;

-- name: list_users
SELECT login, name, role, language, queues, capacity, disabled_at FROM agents ORDER BY login;

-- name: count_users
SELECT count(*) FROM agents WHERE disabled_at IS NULL;

-- name: set_password
UPDATE agents SET password_hash = $2, version = version + 1 WHERE login = $1 RETURNING id;

-- name: rehash
UPDATE agents SET password_hash = $2 WHERE id = $1;

-- name: disable_user
UPDATE agents SET disabled_at = $2, version = version + 1 WHERE login = $1 RETURNING id;

-- name: enable_user
UPDATE agents SET disabled_at = NULL, version = version + 1 WHERE login = $1 RETURNING id;

-- name: change_user
UPDATE agents SET
    name = coalesce($2, name), role = coalesce($3, role), language = coalesce($4, language),
    queues = coalesce($5, queues), skills = coalesce($6::text::jsonb, skills), capacity = coalesce($7, capacity),
    limits = coalesce($8::text::jsonb, limits),
    version = version + 1
WHERE login = $1 RETURNING id;
