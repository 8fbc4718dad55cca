-- name: undecided
SELECT a.id, a.source, a.natural_key, a.arrived_at, a.reason, coalesce(b.size, 0) AS size
FROM arrivals a LEFT JOIN blobs b ON b.sha256 = a.raw_sha256
WHERE a.outcome = 'quarantined' AND a.decision IS NULL
  AND ($1::timestamptz IS NULL OR (a.arrived_at, a.id) < ($1, $2::uuid))
ORDER BY a.arrived_at DESC, a.id DESC LIMIT $3;

-- name: count
SELECT count(*) FROM arrivals WHERE outcome = 'quarantined' AND decision IS NULL;

-- name: one
SELECT a.id, a.source, a.natural_key, a.arrived_at, a.reason, a.content_type, a.decision, b.bytes
FROM arrivals a LEFT JOIN blobs b ON b.sha256 = a.raw_sha256
WHERE a.id = $1 AND a.outcome = 'quarantined';

-- name: entry
-- Where a mail lies that was understood and could not be stored: both rows were written in one moment.
SELECT uidvalidity, uid FROM mailbox_uids
WHERE mailbox = $1 AND outcome = 'quarantined' AND at = $2 AND reason = $3 LIMIT 2;

-- name: lies
-- Not where the mailbox has moved since: there these numbers are another mail's.
SELECT EXISTS (SELECT FROM mailbox_uids WHERE mailbox = $1 AND uidvalidity = $2 AND uid = $3 AND outcome = 'quarantined'
               AND at = $4);

-- name: decide
UPDATE arrivals SET decision = $2, decision_reason = $3, decided_by = $4, decided_at = $5
WHERE id = $1 AND outcome = 'quarantined' AND decision IS NULL RETURNING id;
