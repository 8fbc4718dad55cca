-- name: all
SELECT id, settings, secrets, version, changed_at FROM mailboxes ORDER BY id;

-- name: stamps
-- What another hub may have changed.
SELECT id, version, changed_at, NULL::text AS token FROM mailboxes
UNION ALL
SELECT mailbox, 0, NULL, md5(refresh_token) FROM mailbox_states WHERE refresh_token IS NOT NULL
ORDER BY 1, 2;

-- name: add
INSERT INTO mailboxes (id, settings, secrets, version, changed_by, changed_at)
VALUES ($1, $2::text::jsonb, $3, 1, $4, $5) ON CONFLICT DO NOTHING RETURNING version;

-- name: change
UPDATE mailboxes SET settings = $2::text::jsonb, secrets = $3, version = version + 1, changed_by = $4, changed_at = $5
WHERE id = $1 AND version = $6 RETURNING version;

-- name: remove
-- What was fetched stays in the ledger: the same mailbox, added again, does not bring its old mail again.
DELETE FROM mailboxes WHERE id = $1 RETURNING id;

-- name: states
SELECT mailbox, connected_at, verified_at, present, missing, problem, problem_text, problem_at, asked_at, refresh_token,
       lease_holder, lease_until
FROM mailbox_states;

-- name: arrived
-- Whichever way they came.
SELECT substr(source, 6) AS mailbox,
       count(*) FILTER (WHERE outcome = 'stored') AS stored,
       count(*) FILTER (WHERE outcome = 'duplicate') AS duplicate,
       count(*) FILTER (WHERE outcome = 'quarantined' AND decision IS NULL) AS quarantined
FROM arrivals WHERE source LIKE 'mail:%' GROUP BY source;

-- name: unwell
SELECT mailbox, count(*) AS failing FROM mailbox_uids WHERE outcome = 'failing' GROUP BY mailbox;

-- name: claim
-- Of several hubs one fetches a mailbox; the next one may when the lease was not renewed.
INSERT INTO mailbox_states (mailbox, lease_holder, lease_until)
SELECT one, $2, $3 FROM unnest($1::text[]) AS one ORDER BY one
ON CONFLICT (mailbox) DO UPDATE SET lease_holder = excluded.lease_holder, lease_until = excluded.lease_until
WHERE mailbox_states.lease_holder = excluded.lease_holder OR mailbox_states.lease_until IS NULL
   OR mailbox_states.lease_until < $4
RETURNING mailbox, asked_at;

-- name: release
UPDATE mailbox_states SET lease_holder = NULL, lease_until = NULL WHERE lease_holder = $2 AND mailbox = ANY ($1);

-- name: ask
INSERT INTO mailbox_states (mailbox, asked_at) VALUES ($1, $2)
ON CONFLICT (mailbox) DO UPDATE SET asked_at = excluded.asked_at;

-- name: place
-- $2: user and folder, a line end, the server; $3: user and folder alone, as written by versions that did not note the
-- server: taken over as it is. In another place than the one it was until now uids mean other mails, so that nothing of
-- them is known. Another server with the same folder has the same mails under new numbers: it is read again from where
-- it began (0 is no server's UIDVALIDITY), and what is here already is recognised.
WITH moved AS (
    UPDATE mailbox_states SET begun = 0, high_water = 0, verified_at = NULL, present = NULL, missing = NULL, place = $2,
        uidvalidity = CASE WHEN split_part(place, E'\n', 1) = $3 AND uidvalidity IS NOT NULL THEN 0 END,
        begun_at = CASE WHEN split_part(place, E'\n', 1) = $3 THEN begun_at END
    WHERE mailbox = $1 AND place NOT IN ($2, $3) RETURNING mailbox
), gone AS (
    DELETE FROM mailbox_uids u USING moved m WHERE u.mailbox = m.mailbox
)
INSERT INTO mailbox_states (mailbox, place) SELECT $1, $2 WHERE NOT EXISTS (SELECT FROM moved)
ON CONFLICT (mailbox) DO UPDATE SET place = excluded.place WHERE mailbox_states.place IS NULL OR mailbox_states.place = $3;

-- name: known
SELECT uidvalidity, high_water, begun_at FROM mailbox_states WHERE mailbox = $1;

-- name: above
SELECT uid, outcome, attempts FROM mailbox_uids
WHERE mailbox = $1 AND uidvalidity = $2 AND (uid > $3 OR outcome = 'failing');

-- name: begin
INSERT INTO mailbox_states (mailbox, uidvalidity, begun, high_water, begun_at) VALUES ($1, $2, $3, $3, $4)
ON CONFLICT (mailbox) DO UPDATE SET uidvalidity = excluded.uidvalidity, begun = excluded.begun,
    begun_at = coalesce(mailbox_states.begun_at, excluded.begun_at), high_water = excluded.high_water, verified_at = NULL, present = NULL, missing = NULL;

-- name: raise_to
UPDATE mailbox_states SET high_water = greatest(high_water, $3) WHERE mailbox = $1 AND uidvalidity = $2;

-- name: failed
INSERT INTO mailbox_uids (mailbox, uidvalidity, uid, outcome, attempts, reason, at)
VALUES ($1, $2, $3, 'failing', 1, $4, $5)
ON CONFLICT (mailbox, uidvalidity, uid) DO UPDATE
SET attempts = mailbox_uids.attempts + 1, reason = excluded.reason, at = excluded.at
WHERE mailbox_uids.outcome = 'failing'
RETURNING attempts;

-- name: quarantined
-- $5: the bytes' hash, $6: the bytes. Both rows and the bytes, or nothing; a mail that is there already stays there.
WITH aside AS (
    INSERT INTO mailbox_uids (mailbox, uidvalidity, uid, outcome, attempts, reason, at)
    VALUES ($1, $2, $3, 'quarantined', 0, $4, $8)
    ON CONFLICT (mailbox, uidvalidity, uid) DO UPDATE
    SET outcome = excluded.outcome, reason = excluded.reason, at = excluded.at
    WHERE mailbox_uids.outcome = 'failing'
    RETURNING uid
), kept AS (
    INSERT INTO blobs (sha256, size, bytes, stored_at) SELECT $5, length($6::bytea), $6, $8 FROM aside
    ON CONFLICT (sha256) DO NOTHING
)
INSERT INTO arrivals (id, source, natural_key, arrived_at, outcome, reason, raw_sha256, content_type, body_sha256)
SELECT $7, 'mail:' || $1, 'uid:' || $2::bigint || ':' || $3::bigint, $8, 'quarantined', $4, $5, 'message/rfc822', $5
FROM aside;

-- name: compare
SELECT count(*) AS present, coalesce(array_agg(p.uid ORDER BY p.uid) FILTER (WHERE u.uid IS NULL), '{}') AS missing
FROM unnest($3::bigint[]) AS p (uid)
LEFT JOIN mailbox_uids u ON u.mailbox = $1 AND u.uidvalidity = $2 AND u.uid = p.uid AND u.outcome <> 'failing'
WHERE p.uid > coalesce((SELECT s.begun FROM mailbox_states s WHERE s.mailbox = $1 AND s.uidvalidity = $2), 0);

-- name: settled
UPDATE mailbox_uids u SET settled = $4
FROM unnest($2::bigint[], $3::bigint[]) AS e (uidvalidity, uid)
WHERE u.mailbox = $1 AND u.uidvalidity = e.uidvalidity AND u.uid = e.uid;

-- name: deletable
-- What is here and waits for nobody: reports of mail that was never ours among it, which come by the thousand.
SELECT uid FROM mailbox_uids
WHERE mailbox = $1 AND uidvalidity = $2 AND settled IS NULL AND at <= $3
  AND (outcome IN ('stored', 'duplicate') OR outcome = 'quarantined' AND reason = 'report_without_message')
ORDER BY uid;

-- name: connected
INSERT INTO mailbox_states (mailbox, connected_at) VALUES ($1, $2)
ON CONFLICT (mailbox) DO UPDATE SET connected_at = excluded.connected_at,
    problem = CASE WHEN mailbox_states.problem ~ '^(send|copy)_' THEN mailbox_states.problem END,
    problem_text = CASE WHEN mailbox_states.problem ~ '^(send|copy)_' THEN mailbox_states.problem_text END,
    problem_at = CASE WHEN mailbox_states.problem ~ '^(send|copy)_' THEN mailbox_states.problem_at END;

-- name: trouble
-- With sending, or with the copies of what was sent: what keeps mail from coming in is shown first.
INSERT INTO mailbox_states (mailbox, problem, problem_text, problem_at) VALUES ($1, $2, $3, $4)
ON CONFLICT (mailbox) DO UPDATE SET problem = excluded.problem, problem_text = excluded.problem_text,
    problem_at = CASE WHEN mailbox_states.problem = excluded.problem THEN mailbox_states.problem_at
                 ELSE excluded.problem_at END
WHERE mailbox_states.problem IS NULL OR mailbox_states.problem ~ '^(send|copy)_';

-- name: mended
UPDATE mailbox_states SET problem = NULL, problem_text = NULL, problem_at = NULL
WHERE mailbox = $1 AND problem LIKE $2 || '\_%' RETURNING mailbox;

-- name: hurry
-- Mail that waits because its mailbox was not let in.
UPDATE outbox SET due_at = $2 WHERE state = 'pending' AND message_id IN (
    SELECT o.message_id FROM outbox o JOIN mails l ON l.message_id = o.message_id
    WHERE o.state = 'pending' AND l.mailbox = $1 AND o.error LIKE 'authentication:%' AND o.due_at > $2
    ORDER BY o.created_at LIMIT $3);

-- name: verified
INSERT INTO mailbox_states (mailbox, verified_at, present, missing, connected_at) VALUES ($1, $2, $3, $4, $2)
ON CONFLICT (mailbox) DO UPDATE SET verified_at = excluded.verified_at, present = excluded.present,
    missing = excluded.missing, connected_at = excluded.connected_at,
    asked_at = CASE WHEN mailbox_states.asked_at > excluded.verified_at THEN mailbox_states.asked_at END;

-- name: problem
-- The time is that of its beginning.
INSERT INTO mailbox_states (mailbox, problem, problem_text, problem_at) VALUES ($1, $2, $3, $4)
ON CONFLICT (mailbox) DO UPDATE SET problem = excluded.problem, problem_text = excluded.problem_text,
    problem_at = CASE WHEN mailbox_states.problem = excluded.problem THEN mailbox_states.problem_at
                 ELSE excluded.problem_at END;

-- name: patience
-- Milliseconds, for this transaction.
SELECT set_config('lock_timeout', $1, true);

-- name: alone
-- Of all hubs one spends the refresh token of a mailbox. Not by its row: leases are renewed while a provider is asked.
SELECT pg_advisory_xact_lock(hashtextextended($1::text, 7));

-- name: refresh_token
SELECT refresh_token FROM mailbox_states WHERE mailbox = $1;

-- name: refreshed
INSERT INTO mailbox_states (mailbox, refresh_token) VALUES ($1, $2)
ON CONFLICT (mailbox) DO UPDATE SET refresh_token = excluded.refresh_token;

-- name: forget
-- Nothing of this mail could be had: as if it had never been looked at.
DELETE FROM mailbox_uids WHERE mailbox = $1 AND uidvalidity = $2 AND uid = $3 AND outcome = 'quarantined';
