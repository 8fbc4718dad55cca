-- name: lock_interaction
-- NO KEY: a lock that other rows' references to this one need not wait for, so that they can close no circle.
SELECT id, reference, channel, source, customer_id, address_id, queue_id, state, agent_id, offer_id, preferred_agent_id,
       parent_id, subject, language, priority, requirements, units, exclusive, interruptible, created_at, queued_at,
       entered_at, due_at, answered_at, closed_at, disposition, last_text, last_at, unread, messages, fields, beside,
       version
FROM interactions WHERE id = $1 FOR NO KEY UPDATE;

-- name: lock_address
SELECT id, customer_id FROM addresses WHERE kind = $1 AND value = $2 FOR NO KEY UPDATE;

-- name: latest
SELECT i.id, i.reference, i.channel, i.source, i.customer_id, i.address_id, i.queue_id, i.state, i.agent_id, i.offer_id,
       i.preferred_agent_id, i.parent_id, i.subject, i.language, i.priority, i.requirements, i.units, i.exclusive,
       i.interruptible, i.created_at, i.queued_at, i.entered_at, i.due_at, i.answered_at, i.closed_at, i.disposition,
       i.last_text, i.last_at, i.unread, i.messages, i.fields, i.beside, i.version
FROM addresses a JOIN interactions i ON i.address_id = a.id AND i.channel = $3 AND i.source = $4
WHERE a.kind = $1 AND a.value = $2
ORDER BY i.created_at DESC, i.id DESC LIMIT 1;

-- name: lock_latest
-- The latest interaction of an address that is locked already, so that no other can begin meanwhile.
SELECT id, reference, channel, source, customer_id, address_id, queue_id, state, agent_id, offer_id, preferred_agent_id,
       parent_id, subject, language, priority, requirements, units, exclusive, interruptible, created_at, queued_at,
       entered_at, due_at, answered_at, closed_at, disposition, last_text, last_at, unread, messages, fields, beside,
       version
FROM interactions
WHERE id = (SELECT l.id FROM interactions l WHERE l.address_id = $1 AND l.channel = $2 AND l.source = $3
            ORDER BY l.created_at DESC, l.id DESC LIMIT 1)
FOR UPDATE;

-- name: lock_agent
SELECT id, name, role, capacity, limits, declared, pending, pending_reason, disabled_at IS NOT NULL AS disabled,
       EXISTS (SELECT FROM connections c WHERE c.agent_id = a.id AND c.expires_at > $2) AS connected
FROM agents a WHERE id = $1 FOR NO KEY UPDATE;

-- name: held
SELECT id AS interaction_id, channel, units, exclusive, interruptible, false AS aside
FROM interactions WHERE agent_id = $1 AND state IN ('offered', 'active', 'wrapping')
UNION ALL
SELECT interaction_id, channel, units, exclusive, interruptible, false FROM offers_beside WHERE agent_id = $1
UNION ALL
SELECT interaction_id, channel, units, exclusive, interruptible, true FROM calls_aside WHERE agent_id = $1;

-- name: lock_waiting
-- Whoever works on one of them at this moment was first: he rings when he is done.
SELECT id, reference, channel, source, customer_id, address_id, queue_id, state, agent_id, offer_id, preferred_agent_id,
       parent_id, subject, language, priority, requirements, units, exclusive, interruptible, created_at, queued_at,
       entered_at, due_at, answered_at, closed_at, disposition, last_text, last_at, unread, messages, fields, beside,
       version
FROM interactions WHERE id = ANY ($1::uuid[]) AND state = 'queued' FOR NO KEY UPDATE SKIP LOCKED;

-- name: lock_agents
SELECT id, name, role, capacity, limits, declared, pending, pending_reason, disabled_at IS NOT NULL AS disabled,
       EXISTS (SELECT FROM connections c WHERE c.agent_id = a.id AND c.expires_at > $2) AS connected, queues, skills
FROM agents a WHERE id = ANY ($1::uuid[]) FOR NO KEY UPDATE SKIP LOCKED;

-- name: held_by
SELECT agent_id, id AS interaction_id, channel, units, exclusive, interruptible, false AS aside
FROM interactions WHERE agent_id = ANY ($1::uuid[]) AND state IN ('offered', 'active', 'wrapping')
UNION ALL
SELECT agent_id, interaction_id, channel, units, exclusive, interruptible, false
FROM offers_beside WHERE agent_id = ANY ($1::uuid[])
UNION ALL
SELECT agent_id, interaction_id, channel, units, exclusive, interruptible, true
FROM calls_aside WHERE agent_id = ANY ($1::uuid[]);

-- name: blobs
INSERT INTO blobs (sha256, size, bytes, stored_at)
SELECT DISTINCT ON (b.sha256) b.sha256, length(b.bytes), b.bytes, ($1::jsonb ->> 'now')::timestamptz
FROM unnest($2::bytea[], $3::bytea[]) AS b (sha256, bytes)
ON CONFLICT (sha256) DO NOTHING;

-- name: long_blob
-- One at a time: a statement with several would take many times their length in memory, here and at the server.
INSERT INTO blobs (sha256, size, bytes, stored_at) VALUES ($1, length($2::bytea), $2, $3) ON CONFLICT DO NOTHING;

-- name: customers
INSERT INTO customers (id, name, language, created_at)
SELECT id, name, language, created_at FROM jsonb_populate_recordset(NULL::customers, $1::jsonb -> 'customers');

-- name: addresses
INSERT INTO addresses (id, customer_id, kind, value, verified, evidence, created_at)
SELECT id, customer_id, kind, value, verified, evidence, created_at
FROM jsonb_populate_recordset(NULL::addresses, $1::jsonb -> 'addresses');

-- name: customer_names
UPDATE customers c SET name = n.name, version = c.version + 1
FROM jsonb_populate_recordset(NULL::customers, $1::jsonb -> 'customer_names') n
WHERE c.id = n.id AND c.name IS NULL;

-- name: interactions
INSERT INTO interactions (id, reference, channel, source, customer_id, address_id, queue_id, state, agent_id,
                          preferred_agent_id, parent_id, subject, language, priority, requirements, units, exclusive,
                          interruptible, created_at, queued_at, entered_at, due_at, answered_at, closed_at, disposition, last_text,
                          last_at, unread, messages, fields, policy_version, rule, placement, placed_at, version)
SELECT id, reference, channel, source, customer_id, address_id, queue_id, state, agent_id,
       preferred_agent_id, parent_id, subject, language, priority, requirements, units, exclusive,
       interruptible, created_at, queued_at, entered_at, due_at, answered_at, closed_at, disposition, last_text,
       last_at, unread, messages, fields, policy_version, rule, placement, placed_at, version
FROM jsonb_populate_recordset(NULL::interactions, $1::jsonb -> 'interactions');

-- name: interaction_changes
UPDATE interactions i SET
    queue_id = n.queue_id, state = n.state, agent_id = n.agent_id, offer_id = n.offer_id,
    preferred_agent_id = n.preferred_agent_id, priority = n.priority, queued_at = n.queued_at,
    entered_at = n.entered_at, due_at = n.due_at, answered_at = n.answered_at, closed_at = n.closed_at,
    disposition = n.disposition, last_text = n.last_text, last_at = n.last_at, unread = n.unread,
    messages = n.messages, parent_id = n.parent_id, beside = n.beside, version = n.version,
    -- a placement is written when it is made, and read by routing alone
    policy_version = coalesce(n.policy_version, i.policy_version), placement = coalesce(n.placement, i.placement),
    placed_at = coalesce(n.placed_at, i.placed_at), rule = CASE WHEN n.placed_at IS NULL THEN i.rule ELSE n.rule END
FROM jsonb_populate_record(NULL::interactions, $1::jsonb -> 'interaction_changes' -> 0) n
WHERE i.id = n.id AND i.version = n.version - 1
RETURNING (SELECT customer_name(c) FROM customers c WHERE c.id = i.customer_id) AS customer_name,
          (SELECT c.vip FROM customers c WHERE c.id = i.customer_id) AS vip,
          (SELECT a.name FROM agents a WHERE a.id = i.agent_id) AS agent_name,
          (SELECT clock_shown(s) FROM sla_clocks s WHERE s.interaction_id = i.id) AS clock,
          EXISTS (SELECT FROM callbacks b WHERE b.interaction_id = i.id AND b.closed_at IS NULL) AS callback;

-- name: interactions_offered
-- Of rows that are locked; nothing else of an interaction changes when it is offered.
UPDATE interactions i SET state = 'offered', agent_id = n.agent_id, offer_id = n.offer_id, due_at = n.due_at,
    entered_at = n.entered_at, version = n.version, beside = n.beside
FROM jsonb_populate_recordset(NULL::interactions, $1::jsonb -> 'interactions_offered') n
WHERE i.id = n.id AND i.version = n.version - 1;

-- name: touches
INSERT INTO touches (id, interaction_id, version, customer_id, channel, kind, at, recorded_at, actor, actor_id, data,
                     raw_sha256)
SELECT id, interaction_id, version, customer_id, channel, kind, at, recorded_at, actor, actor_id, data, raw_sha256
FROM jsonb_populate_recordset(NULL::touches, $1::jsonb -> 'touches');

-- name: messages
INSERT INTO messages (id, interaction_id, number, touch_id, direction, client_id, text, author_id, author_name, at,
                      state, state_at)
SELECT id, interaction_id, number, touch_id, direction, client_id, text, author_id, author_name, at, state, state_at
FROM jsonb_populate_recordset(NULL::messages, $1::jsonb -> 'messages');

-- name: notes
INSERT INTO notes (id, interaction_id, touch_id, client_id, text, author_id, at)
SELECT id, interaction_id, touch_id, client_id, text, author_id, at
FROM jsonb_populate_recordset(NULL::notes, $1::jsonb -> 'notes');

-- name: files
INSERT INTO files (id, sha256, name, size, declared_type, detected_type, inline, owner, touch_id, created_at)
SELECT id, sha256, name, size, declared_type, detected_type, inline, owner, touch_id, created_at
FROM jsonb_populate_recordset(NULL::files, $1::jsonb -> 'files');

-- name: attached
UPDATE files f SET touch_id = n.touch_id
FROM jsonb_populate_recordset(NULL::files, $1::jsonb -> 'attached') n
WHERE f.id = n.id AND f.owner = n.owner AND f.touch_id IS NULL;

-- name: media
INSERT INTO media (id, touch_id, channel, source, place, url, declared_type, name, due_at)
SELECT id, touch_id, channel, source, place, url, declared_type, name, due_at
FROM jsonb_populate_recordset(NULL::media, $1::jsonb -> 'media');

-- name: opt_outs
-- What was said last counts, in whatever order it arrives.
INSERT INTO opt_outs AS o (kind, address, sender, stopped, at, said_by)
SELECT kind, address, sender, stopped, at, said_by FROM jsonb_populate_recordset(NULL::opt_outs, $1::jsonb -> 'opt_outs')
ON CONFLICT (kind, address, sender) DO UPDATE SET stopped = excluded.stopped, at = excluded.at,
    said_by = excluded.said_by
WHERE o.at <= excluded.at;

-- name: offers
INSERT INTO offers (id, interaction_id, agent_id, state, reasons, units, offered_at, deadline, policy_version, beside)
SELECT id, interaction_id, agent_id, state, reasons, units, offered_at, deadline, policy_version, beside
FROM jsonb_populate_recordset(NULL::offers, $1::jsonb -> 'offers');

-- name: offer_ends
UPDATE offers o SET state = n.state, reason = n.reason, ended_at = n.ended_at
FROM jsonb_populate_recordset(NULL::offers, $1::jsonb -> 'offer_ends') n
WHERE o.id = n.id AND o.state = 'open';

-- name: assignments
INSERT INTO assignments (id, interaction_id, agent_id, units, started_at)
SELECT id, interaction_id, agent_id, units, started_at
FROM jsonb_populate_recordset(NULL::assignments, $1::jsonb -> 'assignments');

-- name: assignment_ends
UPDATE assignments a SET ended_at = n.ended_at, end_reason = n.end_reason
FROM jsonb_populate_record(NULL::assignments, $1::jsonb -> 'assignment_ends' -> 0) n
WHERE a.interaction_id = n.interaction_id AND a.ended_at IS NULL;

-- name: agent_loads
UPDATE agents a SET idle_since = n.idle_since, version = a.version + 1
FROM jsonb_populate_record(NULL::agents, $1::jsonb -> 'agent_loads' -> 0) n
WHERE a.id = n.id;

-- name: agents_loaded
UPDATE agents a SET idle_since = n.idle_since, version = a.version + 1
FROM jsonb_populate_recordset(NULL::agents, $1::jsonb -> 'agents_loaded') n
WHERE a.id = n.id;

-- name: agent_states
UPDATE agents a SET idle_since = n.idle_since, version = a.version + 1, declared = n.declared, reason = n.reason,
    declared_since = n.declared_since, declared_cause = n.declared_cause, pending = n.pending,
    pending_reason = n.pending_reason
FROM jsonb_populate_record(NULL::agents, $1::jsonb -> 'agent_states' -> 0) n
WHERE a.id = n.id;

-- name: outbox
INSERT INTO outbox (message_id, interaction_id, channel, recipient, state, due_at, created_at)
SELECT message_id, interaction_id, channel, recipient, state, due_at, created_at
FROM jsonb_populate_recordset(NULL::outbox, $1::jsonb -> 'outbox');

-- name: arrivals
INSERT INTO arrivals (id, source, natural_key, arrived_at, outcome, reason, raw_sha256, content_type, body_sha256,
                      touch_id)
SELECT id, source, natural_key, arrived_at, outcome, reason, raw_sha256, content_type, body_sha256, touch_id
FROM jsonb_populate_recordset(NULL::arrivals, $1::jsonb -> 'arrivals');

-- name: mails
INSERT INTO mails (message_id, touch_id, interaction_id, mail_id, key, mailbox, author, reply_to, recipients, subject,
                   thread, html, remote, quoted, signature, machine, automatic, warnings, acknowledge)
SELECT message_id, touch_id, interaction_id, mail_id, key, mailbox, author, coalesce(reply_to, '[]'), recipients,
       coalesce(subject, ''), coalesce(thread, '{}'), coalesce(html, ''), coalesce(remote, 0), coalesce(quoted, ''),
       coalesce(signature, ''), machine, coalesce(automatic, false), coalesce(warnings, '{}'), acknowledge
FROM jsonb_populate_recordset(NULL::mails, $1::jsonb -> 'mails');

-- name: copies
INSERT INTO copies (key, mailbox, arrived_at)
SELECT key, mailbox, arrived_at FROM jsonb_populate_recordset(NULL::copies, $1::jsonb -> 'copies')
ON CONFLICT DO NOTHING;

-- name: thread_ids
INSERT INTO thread_ids (mail_id, interaction_id, first)
SELECT mail_id, interaction_id, coalesce(first, false)
FROM jsonb_populate_recordset(NULL::thread_ids, $1::jsonb -> 'thread_ids')
ON CONFLICT (mail_id, interaction_id) DO NOTHING;

-- name: participants
INSERT INTO participants (interaction_id, address, name, role, since)
SELECT interaction_id, address, coalesce(name, ''), role, since
FROM jsonb_populate_recordset(NULL::participants, $1::jsonb -> 'participants')
ON CONFLICT DO NOTHING;

-- name: suggestions
INSERT INTO suggestions (interaction_id, other_id, reason, made_at)
SELECT interaction_id, other_id, reason, made_at
FROM jsonb_populate_recordset(NULL::suggestions, $1::jsonb -> 'suggestions')
ON CONFLICT DO NOTHING;

-- name: automatic_mails
INSERT INTO automatic_mails (message_id, interaction_id, address, at)
SELECT message_id, interaction_id, address, at
FROM jsonb_populate_recordset(NULL::automatic_mails, $1::jsonb -> 'automatic_mails');

-- name: mailbox_uids
INSERT INTO mailbox_uids (mailbox, uidvalidity, uid, outcome, key, attempts, reason, at)
SELECT mailbox, uidvalidity, uid, outcome, key, coalesce(attempts, 0), reason, at
FROM jsonb_populate_recordset(NULL::mailbox_uids, $1::jsonb -> 'mailbox_uids')
ON CONFLICT (mailbox, uidvalidity, uid) DO UPDATE
SET outcome = excluded.outcome, key = excluded.key, reason = excluded.reason, at = excluded.at
WHERE mailbox_uids.outcome IN ('failing', 'quarantined');

-- name: undeliverable
-- A mail server says that nothing reaches this address.
INSERT INTO undeliverable (address, since, reason)
SELECT DISTINCT ON (lower(address)) lower(address), since, reason
FROM jsonb_populate_recordset(NULL::undeliverable, $1::jsonb -> 'undeliverable') ORDER BY lower(address)
ON CONFLICT (address) DO UPDATE SET since = excluded.since, reason = excluded.reason;

-- name: reachable
-- A mail came from this address: all is well again.
DELETE FROM undeliverable u
USING jsonb_to_recordset($1::jsonb -> 'reachable') AS n (address text) WHERE u.address = lower(n.address);

-- name: end_state_interval
UPDATE agent_states SET ended_at = $2 WHERE agent_id = $1 AND ended_at IS NULL;

-- name: begin_state_interval
INSERT INTO agent_states (agent_id, state, reason, cause, started_at) VALUES ($1, $2, $3, $4, $5);

-- name: kept_age
-- Since when a customer waits who is to be called back: whoever gives him back, his place stays.
SELECT i.queued_at FROM interactions i JOIN callbacks b ON b.interaction_id = i.id AND b.closed_at IS NULL
WHERE i.id = $1;
