-- E-mail: what a mail says beyond its text, threads, mailboxes and what lies in them.

-- A message may be taken back while it still waits for its moment.
ALTER TABLE messages DROP CONSTRAINT messages_state_check, ADD CONSTRAINT messages_state_check CHECK (state IN
  ('received', 'pending', 'sent', 'delivered', 'read', 'failed', 'unconfirmed', 'withdrawn'));
ALTER TABLE outbox DROP CONSTRAINT outbox_state_check, ADD CONSTRAINT outbox_state_check CHECK (state IN
  ('pending', 'sending', 'sent', 'delivered', 'failed', 'unconfirmed', 'withdrawn'));
CREATE OR REPLACE FUNCTION message_rank(text) RETURNS integer
LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
RETURN CASE $1 WHEN 'received' THEN 0 WHEN 'pending' THEN 0 WHEN 'sending' THEN 0 WHEN 'unconfirmed' THEN 1
               WHEN 'sent' THEN 2 WHEN 'withdrawn' THEN 3 WHEN 'failed' THEN 3 WHEN 'delivered' THEN 4 ELSE 5 END;

ALTER TABLE addresses ADD COLUMN undeliverable_at timestamptz, ADD COLUMN undeliverable_reason text;
CREATE INDEX addresses_email ON addresses (lower(value)) WHERE kind = 'email'; -- people write theirs in any case
ALTER TABLE drafts ADD COLUMN mail jsonb;                -- recipients and subject of a reply that is being written

-- The one new mail, to nobody's interaction yet, that an agent is writing.
CREATE TABLE new_mail_drafts (
    agent_id uuid PRIMARY KEY REFERENCES agents,
    draft    jsonb NOT NULL,
    saved_at timestamptz NOT NULL
);

-- What a message that is a mail says beyond its text. Parties are {"name", "address"}.
CREATE TABLE mails (
    message_id     uuid PRIMARY KEY REFERENCES messages,
    touch_id       uuid NOT NULL UNIQUE REFERENCES touches,
    interaction_id uuid NOT NULL REFERENCES interactions,
    mail_id        text NOT NULL,                -- Message-ID with angle brackets
    key            text NOT NULL,                -- the same for every copy of one mail; of our own: the Message-ID
    mailbox        text NOT NULL,                -- the id of our mailbox that it came to, or left from
    author         jsonb NOT NULL,
    reply_to       jsonb NOT NULL DEFAULT '[]',
    recipients     jsonb NOT NULL,               -- {"to": [], "cc": [], "bcc": []}
    subject        text NOT NULL DEFAULT '',
    thread         text[] NOT NULL DEFAULT '{}', -- in: what it refers to, the nearest first; out: the oldest first
    html           text NOT NULL DEFAULT '',     -- clean; pictures by the ids of files
    remote         integer NOT NULL DEFAULT 0,
    quoted         text NOT NULL DEFAULT '',
    signature      text NOT NULL DEFAULT '',
    machine        text CHECK (machine IN ('auto_reply', 'auto_generated', 'list', 'bulk', 'report')),
    automatic      boolean NOT NULL DEFAULT false, -- written by us without a human
    warnings       text[] NOT NULL DEFAULT '{}',
    acknowledge    text CHECK (acknowledge IN ('due', 'sent', 'held')),
    CONSTRAINT mails_once UNIQUE (key)
);
CREATE INDEX mails_by_id ON mails (mail_id);
CREATE INDEX mails_interaction ON mails (interaction_id);
CREATE INDEX mails_acknowledge ON mails (message_id) WHERE acknowledge = 'due';

-- In which of our mailboxes copies of a mail arrived.
CREATE TABLE copies (
    key        text NOT NULL REFERENCES mails (key),
    mailbox    text NOT NULL,
    arrived_at timestamptz NOT NULL,
    PRIMARY KEY (key, mailbox)
);

-- Every Message-ID that a thread consists of or speaks of, mails that never came to us included.
CREATE TABLE thread_ids (
    mail_id        text NOT NULL,
    interaction_id uuid NOT NULL REFERENCES interactions,
    first          boolean NOT NULL DEFAULT false, -- nobody knew it before
    PRIMARY KEY (mail_id, interaction_id)
);
-- Two mails of one new thread that arrive at once, on two nodes, cannot both begin it.
CREATE UNIQUE INDEX thread_ids_first ON thread_ids (mail_id) WHERE first;
CREATE INDEX thread_ids_interaction ON thread_ids (interaction_id);

-- Who takes part in a thread: a reply joins it only when its author is one of them.
CREATE TABLE participants (
    interaction_id uuid NOT NULL REFERENCES interactions,
    address        text NOT NULL,                -- e-mail, lower case
    name           text NOT NULL DEFAULT '',
    role           text NOT NULL CHECK (role IN ('customer', 'cc', 'third_party')),
    since          timestamptz NOT NULL,
    PRIMARY KEY (interaction_id, address)
);

-- "This may belong to that": evidence that is not enough to join. A human decides, once.
CREATE TABLE suggestions (
    interaction_id uuid NOT NULL REFERENCES interactions,
    other_id       uuid NOT NULL REFERENCES interactions,
    reason         text NOT NULL CHECK (reason IN ('token', 'reference', 'subject')),
    made_at        timestamptz NOT NULL,
    accepted       boolean,
    decided_by     uuid REFERENCES agents,
    decided_at     timestamptz,
    PRIMARY KEY (interaction_id, other_id)
);

-- Mails that nobody wrote, counted so that no two machines talk to one another for ever.
CREATE TABLE automatic_mails (
    message_id     uuid PRIMARY KEY REFERENCES messages,
    interaction_id uuid NOT NULL REFERENCES interactions,
    address        text NOT NULL,
    at             timestamptz NOT NULL
);
CREATE INDEX automatic_mails_address ON automatic_mails (address, at);
CREATE INDEX automatic_mails_at ON automatic_mails (at);
CREATE INDEX automatic_mails_interaction ON automatic_mails (interaction_id);

-- Mailboxes that administrators added on the screen; those of the configuration file are not here.
CREATE TABLE mailboxes (
    id         text PRIMARY KEY,
    settings   jsonb NOT NULL,
    secrets    bytea NOT NULL,                   -- sealed with a key made from HUB_SECRET
    version    integer NOT NULL DEFAULT 1,
    changed_by uuid REFERENCES agents,
    changed_at timestamptz NOT NULL
);

-- Where the fetching of a mailbox stands.
CREATE TABLE mailbox_states (
    mailbox      text PRIMARY KEY,
    place        text,                           -- user and folder: in another place uids mean other mails
    uidvalidity  bigint,
    begun        bigint NOT NULL DEFAULT 0,      -- mails up to here lay there before and are none of ours
    begun_at     timestamptz,                    -- when it was read for the first time
    high_water   bigint NOT NULL DEFAULT 0,      -- every uid up to here is in the ledger, was left alone, or is gone
    connected_at timestamptz,
    verified_at  timestamptz,
    present      integer,
    missing      integer,
    problem      text,
    problem_text text,
    problem_at   timestamptz,
    asked_at     timestamptz,                    -- somebody wants it verified
    refresh_token bytea,                         -- sealed; takes the place of the one in the settings
    lease_holder text,
    lease_until  timestamptz
);

-- The ledger of a mailbox: every uid has exactly one outcome, and keeps it when the contact is gone.
CREATE TABLE mailbox_uids (
    mailbox     text NOT NULL,
    uidvalidity bigint NOT NULL,
    uid         bigint NOT NULL,
    outcome     text NOT NULL CHECK (outcome IN ('stored', 'duplicate', 'quarantined', 'failing')),
    key         text,
    attempts    integer NOT NULL DEFAULT 0,
    reason      text,
    at          timestamptz NOT NULL,
    settled     text CHECK (settled IN ('keep', 'mark', 'move', 'delete')), -- keep: longer than what is kept of it
    PRIMARY KEY (mailbox, uidvalidity, uid)
);

CREATE INDEX mailbox_uids_unwell ON mailbox_uids (mailbox) WHERE outcome IN ('quarantined', 'failing');

-- What lies in quarantine waits for a human: to try it again, or to dismiss it. Its row of the ledger stays as it is.
ALTER TABLE arrivals ADD COLUMN decision text CHECK (decision IN ('again', 'dismissed')),
    ADD COLUMN decision_reason text, ADD COLUMN decided_by uuid REFERENCES agents, ADD COLUMN decided_at timestamptz,
    ADD CONSTRAINT arrivals_decided CHECK ((decision IS NULL) = (decided_at IS NULL));
CREATE INDEX arrivals_undecided ON arrivals (arrived_at, id) WHERE outcome = 'quarantined' AND decision IS NULL;

CREATE OR REPLACE VIEW history AS
SELECT t.id, t.interaction_id, i.reference, t.version, t.customer_id, t.channel, t.kind, t.at, t.recorded_at, t.actor,
       t.actor_id, coalesce(a.name, '') AS actor_name, t.data, coalesce(m.text, n.text) AS text,
       n.id IS NOT NULL AS note, m.id AS message_id, m.state AS message_state, m.error AS message_error,
       CASE WHEN l.message_id IS NOT NULL THEN jsonb_build_object(
         'mailbox', l.mailbox, 'mail_id', l.mail_id, 'author', l.author, 'reply_to', l.reply_to,
         'to', l.recipients -> 'to', 'cc', l.recipients -> 'cc', 'bcc', l.recipients -> 'bcc', 'subject', l.subject,
         'html', l.html <> '', 'remote', l.remote, 'quoted', length(l.quoted), 'signature', l.signature,
         'machine', l.machine, 'automatic', l.automatic, 'warnings', to_jsonb(l.warnings),
         'raw', t.raw_sha256 IS NOT NULL,
         'copies', (SELECT coalesce(jsonb_agg(c.mailbox ORDER BY c.arrived_at), '[]') FROM copies c WHERE c.key = l.key),
         'due_at', CASE WHEN m.state = 'pending' THEN (SELECT o.due_at FROM outbox o WHERE o.message_id = m.id) END
       ) END AS mail
FROM touches t
JOIN interactions i ON i.id = t.interaction_id
LEFT JOIN agents a ON a.id = t.actor_id
LEFT JOIN messages m ON m.touch_id = t.id
LEFT JOIN notes n ON n.touch_id = t.id
LEFT JOIN mails l ON l.touch_id = t.id;
