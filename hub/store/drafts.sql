-- name: keep
-- $8, $9: sheets that this one goes on with, and the version of each that was read.
WITH replaced AS (
    DELETE FROM drafts WHERE agent_id = $1 AND interaction_id IS NOT DISTINCT FROM $2 AND kind = $3 AND sheet <> $4
       AND (sheet, version) IN (SELECT * FROM unnest($8::uuid[], $9::bigint[])))
INSERT INTO drafts AS d (agent_id, interaction_id, kind, sheet, text, mail, saved_at)
VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT (agent_id, interaction_id, kind, sheet) DO UPDATE
SET text = excluded.text, mail = excluded.mail, saved_at = excluded.saved_at, version = excluded.version;

-- name: drop
DELETE FROM drafts WHERE agent_id = $1 AND interaction_id IS NOT DISTINCT FROM $2 AND kind = $3
   AND (sheet = $4 OR (sheet, version) IN (SELECT * FROM unnest($5::uuid[], $6::bigint[])));

-- name: drop_all
DELETE FROM drafts WHERE agent_id = $1 AND interaction_id IS NOT DISTINCT FROM $2 AND kind = $3;

-- name: kept
SELECT kind, sheet, version, text, mail, saved_at FROM drafts
WHERE agent_id = $1 AND interaction_id IS NOT DISTINCT FROM $2 AND kind = ANY ($3::text[]) ORDER BY saved_at DESC, sheet LIMIT 100;
