-- name: probe
INSERT INTO settings (key, value) VALUES ('health.probe', to_jsonb($1::timestamptz))
ON CONFLICT (key) DO UPDATE SET value = excluded.value;
