-- The ground floor: who (customers, agents), what (interactions, touches), where it is (offers, assignments),
-- what came in (blobs, arrivals) and what has to go out (outbox).

CREATE EXTENSION IF NOT EXISTS pg_trgm;

-- Words of a text for full-text search. Chinese, Japanese and Korean write without spaces, so each of their characters
-- becomes a word of its own and a phrase query finds any run of them. A very long text is found by its beginning: a
-- tsvector beyond one megabyte would be refused, and with it the message.
CREATE FUNCTION search_words(text) RETURNS tsvector
LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
RETURN to_tsvector('simple'::regconfig,
                   regexp_replace(left($1, 100000), '([\u2E80-\u9FFF\uAC00-\uD7AF\uF900-\uFAFF])', ' \1 ', 'g'));

CREATE FUNCTION search_query(text) RETURNS tsquery
LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
RETURN phraseto_tsquery('simple'::regconfig,
                        regexp_replace($1, '([\u2E80-\u9FFF\uAC00-\uD7AF\uF900-\uFAFF])', ' \1 ', 'g'));

-- A moment that every program can read: PostgreSQL knows years that others do not.
CREATE DOMAIN moment AS timestamptz CHECK (VALUE >= '1900-01-01T00:00:00Z' AND VALUE < '2200-01-01T00:00:00Z');

CREATE TABLE settings (
    key   text PRIMARY KEY,
    value jsonb NOT NULL
);

-- Raw bytes as they arrived or were attached, once per content.
CREATE TABLE blobs (
    sha256    bytea PRIMARY KEY CHECK (length(sha256) = 32),
    size      bigint NOT NULL,
    bytes     bytea NOT NULL,
    stored_at timestamptz NOT NULL
);
ALTER TABLE blobs ALTER COLUMN bytes SET STORAGE EXTERNAL;

CREATE TABLE customers (
    id         uuid PRIMARY KEY,
    name       text,
    language   text,
    created_at timestamptz NOT NULL,
    version    bigint NOT NULL DEFAULT 1
);
CREATE INDEX customers_trigrams ON customers USING gin (lower(name) gin_trgm_ops);

-- What was corrected in a customer's record: by whom, when, and what stood there before.
CREATE TABLE customer_edits (
    customer_id uuid NOT NULL REFERENCES customers,
    version     bigint NOT NULL,                 -- that the edit made
    field       text NOT NULL CHECK (field IN ('name', 'language')),
    before      text,
    after       text,
    agent_id    uuid,
    at          timestamptz NOT NULL,
    PRIMARY KEY (customer_id, version, field)
);

-- One reachable identity of a customer. Evidence says who claimed it, when and through which channel.
CREATE TABLE addresses (
    id          uuid PRIMARY KEY,
    customer_id uuid NOT NULL REFERENCES customers,
    kind        text NOT NULL CHECK (kind IN ('phone', 'email', 'visitor', 'whatsapp', 'external')),
    value       text NOT NULL,
    verified    boolean NOT NULL DEFAULT false,
    evidence    jsonb NOT NULL DEFAULT '{}',
    created_at  timestamptz NOT NULL,
    UNIQUE (kind, value)
);
CREATE INDEX addresses_customer ON addresses (customer_id);
CREATE INDEX addresses_trigrams ON addresses USING gin (lower(value) gin_trgm_ops);

CREATE TABLE queues (
    id                   text PRIMARY KEY,
    name                 jsonb NOT NULL,                 -- language -> name
    position             integer NOT NULL DEFAULT 0,     -- order on the screen
    priority             integer NOT NULL DEFAULT 0,
    requirements         jsonb NOT NULL DEFAULT '{}',    -- skill -> least level
    offer_seconds        integer NOT NULL DEFAULT 20,
    wrap_up_seconds      integer NOT NULL DEFAULT 60,
    service_level_seconds integer NOT NULL DEFAULT 60,
    service_level_target real NOT NULL DEFAULT 0.8,
    dispositions         jsonb NOT NULL DEFAULT '[]',    -- [{id, name: {language: name}}]
    retired              boolean NOT NULL DEFAULT false
);

CREATE TABLE agents (
    id              uuid PRIMARY KEY,
    login           text NOT NULL UNIQUE CHECK (login = lower(login)),
    name            text NOT NULL,
    role            text NOT NULL CHECK (role IN ('agent', 'supervisor', 'admin')),
    password_hash   text NOT NULL,
    language        text NOT NULL DEFAULT 'en',
    queues          text[] NOT NULL DEFAULT '{}',
    skills          jsonb NOT NULL DEFAULT '{}',         -- skill -> level 1..5
    capacity        integer NOT NULL DEFAULT 100 CHECK (capacity >= 0),
    disabled_at     timestamptz,
    created_at      timestamptz NOT NULL,
    -- declared presence: changed by the agent, a supervisor or a named rule, never by a log-in
    declared        text NOT NULL DEFAULT 'offline' CHECK (declared IN ('available', 'break', 'offline', 'missed')),
    reason          text,
    declared_since  timestamptz NOT NULL,
    declared_cause  text NOT NULL DEFAULT 'created',
    pending         text CHECK (pending IN ('break', 'offline')),  -- "finish, then break": one slot, last choice wins
    pending_reason  text,
    idle_since      timestamptz NOT NULL,
    version         bigint NOT NULL DEFAULT 1
);

-- Every interval of a declared state, so that reports never depend on a "last" field.
CREATE TABLE agent_states (
    agent_id   uuid NOT NULL REFERENCES agents,
    state      text NOT NULL,
    reason     text,
    cause      text NOT NULL,
    started_at timestamptz NOT NULL,
    ended_at   timestamptz
);
CREATE UNIQUE INDEX agent_states_one_open ON agent_states (agent_id) WHERE ended_at IS NULL;
CREATE INDEX agent_states_by_agent ON agent_states (agent_id, started_at);

-- Live sockets of agents: a lease that the server lets expire.
CREATE TABLE connections (
    id         text PRIMARY KEY,
    agent_id   uuid NOT NULL REFERENCES agents,
    node       text NOT NULL,
    opened_at  timestamptz NOT NULL,
    expires_at timestamptz NOT NULL
);
CREATE INDEX connections_agent ON connections (agent_id);

CREATE TABLE sessions (
    token_sha256 bytea PRIMARY KEY,
    agent_id     uuid NOT NULL REFERENCES agents,
    csrf         text NOT NULL,
    created_at   timestamptz NOT NULL,
    expires_at   timestamptz NOT NULL
);
CREATE INDEX sessions_agent ON sessions (agent_id);

CREATE TABLE login_failures (
    login       text PRIMARY KEY,
    failures    integer NOT NULL,
    blocked_until timestamptz NOT NULL
);

CREATE TABLE interactions (
    id              uuid PRIMARY KEY,
    reference       text NOT NULL UNIQUE,
    channel         text NOT NULL,
    source          text NOT NULL,               -- which form, mailbox, number
    customer_id     uuid NOT NULL REFERENCES customers,
    address_id      uuid REFERENCES addresses,
    queue_id        text NOT NULL REFERENCES queues,
    state           text NOT NULL CHECK (state IN
                      ('queued', 'offered', 'active', 'waiting', 'parked', 'wrapping', 'done')),
    agent_id        uuid REFERENCES agents,      -- who holds the offer or the assignment
    offer_id        uuid,                        -- the open offer
    preferred_agent_id uuid REFERENCES agents,
    parent_id       uuid REFERENCES interactions,
    subject         text NOT NULL DEFAULT '',
    language        text,
    priority        integer NOT NULL DEFAULT 0,
    requirements    jsonb NOT NULL DEFAULT '{}',
    units           integer NOT NULL CHECK (units >= 0),
    exclusive       boolean NOT NULL DEFAULT false,
    created_at      timestamptz NOT NULL,
    queued_at       timestamptz NOT NULL,        -- start of the waiting that ageing counts; kept over declines
    entered_at      timestamptz NOT NULL,        -- entered the present state
    due_at          moment,                      -- parked until / waiting until / wrap-up ends / offer deadline
    answered_at     timestamptz,                 -- first acceptance
    closed_at       timestamptz,
    disposition     text,
    last_text       text NOT NULL DEFAULT '',
    last_at         timestamptz NOT NULL,
    unread          integer NOT NULL DEFAULT 0,  -- customer's messages the holder has not seen
    messages        integer NOT NULL DEFAULT 0,  -- how many messages it has: the next message's number - 1
    fields          jsonb NOT NULL DEFAULT '{}', -- what a form or a log entry said, label -> value
    version         bigint NOT NULL
);
CREATE INDEX interactions_waiting ON interactions (queue_id, queued_at) WHERE state = 'queued';
CREATE INDEX interactions_open ON interactions (state, queue_id) WHERE state <> 'done';
CREATE INDEX interactions_due ON interactions (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX interactions_agent ON interactions (agent_id) WHERE state <> 'done';
CREATE INDEX interactions_customer ON interactions (customer_id, created_at DESC);
CREATE INDEX interactions_address ON interactions (address_id, created_at DESC);
CREATE INDEX interactions_parent ON interactions (parent_id);
CREATE INDEX interactions_queue_created ON interactions (queue_id, created_at);

-- The history: one immutable row for each thing that happened.
CREATE TABLE touches (
    id             uuid PRIMARY KEY,
    interaction_id uuid NOT NULL REFERENCES interactions,
    version        bigint NOT NULL,
    customer_id    uuid NOT NULL REFERENCES customers,
    channel        text NOT NULL,
    kind           text NOT NULL,
    at             moment NOT NULL,              -- when it happened
    recorded_at    timestamptz NOT NULL,         -- when the hub wrote it; differs for back-dated entries
    actor          text NOT NULL CHECK (actor IN ('customer', 'agent', 'supervisor', 'system')),
    actor_id       uuid,
    data           jsonb NOT NULL DEFAULT '{}',
    raw_sha256     bytea REFERENCES blobs,
    xid            xid8 NOT NULL DEFAULT pg_current_xact_id(),
    UNIQUE (interaction_id, version)
);
CREATE INDEX touches_timeline ON touches (customer_id, at DESC, id DESC);
CREATE INDEX touches_recorded ON touches (recorded_at, kind);

-- What customer and company said to one another.
CREATE TABLE messages (
    id             uuid PRIMARY KEY,
    interaction_id uuid NOT NULL REFERENCES interactions,
    number         integer NOT NULL,             -- 1, 2, 3 ... without gaps: how a visitor's page notices a loss
    touch_id       uuid NOT NULL UNIQUE REFERENCES touches,
    direction      text NOT NULL CHECK (direction IN ('in', 'out')),
    client_id      text NOT NULL,                -- made by whoever wrote it; a retry carries the same
    text           text NOT NULL,
    author_id      uuid REFERENCES agents,
    author_name    text NOT NULL DEFAULT '',
    at             timestamptz NOT NULL,
    state          text NOT NULL CHECK (state IN
                     ('received', 'pending', 'sent', 'delivered', 'read', 'failed', 'unconfirmed')),
    state_at       timestamptz NOT NULL,
    error          text,
    UNIQUE (interaction_id, direction, client_id),
    UNIQUE (interaction_id, number)
);
CREATE INDEX messages_words ON messages USING gin (search_words(text));

-- Internal notes: a table of their own, so that nothing that sends can load them.
CREATE TABLE notes (
    id             uuid PRIMARY KEY,
    interaction_id uuid NOT NULL REFERENCES interactions,
    touch_id       uuid NOT NULL UNIQUE REFERENCES touches,
    client_id      text NOT NULL,
    text           text NOT NULL,
    author_id      uuid NOT NULL REFERENCES agents,
    at             timestamptz NOT NULL,
    UNIQUE (interaction_id, client_id)
);
CREATE INDEX notes_words ON notes USING gin (search_words(text));

CREATE TABLE files (
    id             uuid PRIMARY KEY,
    sha256         bytea NOT NULL REFERENCES blobs,
    name           text NOT NULL,
    size           bigint NOT NULL,
    declared_type  text NOT NULL,
    detected_type  text NOT NULL,
    inline         boolean NOT NULL,             -- safe to show as a picture
    owner          text NOT NULL,                -- 'agent:<id>' or 'visitor:<id>' who put it up; may attach it
    touch_id       uuid REFERENCES touches,      -- null until attached
    created_at     timestamptz NOT NULL
);
CREATE INDEX files_touch ON files (touch_id);

CREATE TABLE offers (
    id             uuid PRIMARY KEY,
    interaction_id uuid NOT NULL REFERENCES interactions,
    agent_id       uuid NOT NULL REFERENCES agents,
    state          text NOT NULL CHECK (state IN ('open', 'accepted', 'declined', 'missed', 'withdrawn')),
    reason         text,
    reasons        jsonb NOT NULL DEFAULT '[]',  -- why this item, why this agent
    units          integer NOT NULL,
    offered_at     timestamptz NOT NULL,
    deadline       timestamptz NOT NULL,
    ended_at       timestamptz
);
CREATE UNIQUE INDEX offers_one_open ON offers (interaction_id) WHERE state = 'open';
CREATE INDEX offers_agent_open ON offers (agent_id) WHERE state = 'open';
CREATE INDEX offers_interaction ON offers (interaction_id, offered_at);

CREATE TABLE assignments (
    id             uuid PRIMARY KEY,
    interaction_id uuid NOT NULL REFERENCES interactions,
    agent_id       uuid NOT NULL REFERENCES agents,
    units          integer NOT NULL,
    started_at     timestamptz NOT NULL,
    ended_at       timestamptz,
    end_reason     text
);
CREATE UNIQUE INDEX assignments_one_open ON assignments (interaction_id) WHERE ended_at IS NULL;
CREATE INDEX assignments_agent_open ON assignments (agent_id) WHERE ended_at IS NULL;
CREATE INDEX assignments_interaction ON assignments (interaction_id, started_at);

-- Receipts come late, twice and out of order: a message's state only ever climbs this ladder. What a provider says ends
-- all doubt: an unconfirmed message may turn out sent, failed or delivered, so doubt ranks below everything known.
CREATE FUNCTION message_rank(text) RETURNS integer
LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
RETURN CASE $1 WHEN 'received' THEN 0 WHEN 'pending' THEN 0 WHEN 'sending' THEN 0 WHEN 'unconfirmed' THEN 1
               WHEN 'sent' THEN 2 WHEN 'failed' THEN 3 WHEN 'delivered' THEN 4 ELSE 5 END;

CREATE TABLE outbox (
    message_id     uuid PRIMARY KEY REFERENCES messages,
    interaction_id uuid NOT NULL REFERENCES interactions,
    channel        text NOT NULL,
    recipient      jsonb NOT NULL,               -- the address, frozen when the agent wrote
    state          text NOT NULL CHECK (state IN ('pending', 'sending', 'sent', 'delivered', 'failed', 'unconfirmed')),
    attempts       integer NOT NULL DEFAULT 0,
    due_at         timestamptz NOT NULL,
    claimed_until  timestamptz,
    provider_id    text,
    error          text,
    created_at     timestamptz NOT NULL
);
CREATE INDEX outbox_due ON outbox (due_at) WHERE state IN ('pending', 'sending');
-- A message waits for the earlier ones of its own interaction.
CREATE INDEX outbox_in_order ON outbox (interaction_id, created_at) WHERE state IN ('pending', 'sending');
CREATE UNIQUE INDEX outbox_provider ON outbox (channel, provider_id) WHERE provider_id IS NOT NULL;

CREATE TABLE drafts (
    agent_id       uuid NOT NULL REFERENCES agents,
    interaction_id uuid NOT NULL REFERENCES interactions,
    kind           text NOT NULL CHECK (kind IN ('reply', 'note')),
    text           text NOT NULL,
    saved_at       timestamptz NOT NULL,
    PRIMARY KEY (agent_id, interaction_id, kind)
);

-- The ledger's rows: everything that knocked, and what became of it.
CREATE TABLE arrivals (
    id             uuid PRIMARY KEY,
    source         text NOT NULL,
    natural_key    text NOT NULL,
    arrived_at     timestamptz NOT NULL,
    outcome        text NOT NULL CHECK (outcome IN ('stored', 'duplicate', 'quarantined', 'refused')),
    reason         text,
    raw_sha256     bytea REFERENCES blobs,
    content_type   text,
    body_sha256    bytea,                        -- of what was said, to tell a retry from a reused key
    touch_id       uuid REFERENCES touches
);
CREATE UNIQUE INDEX arrivals_once ON arrivals (source, natural_key) WHERE outcome = 'stored';
CREATE INDEX arrivals_ledger ON arrivals (source, outcome, arrived_at);

-- What a customer is called on the screen: his name, else the first way to reach him.
CREATE FUNCTION customer_name(customers) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
RETURN coalesce($1.name, (SELECT a.value FROM addresses a WHERE a.customer_id = $1.id AND a.kind <> 'visitor'
                          ORDER BY a.created_at, a.id LIMIT 1), '');

-- One interaction as a row of a list shows it.
CREATE VIEW cards AS
SELECT i.id, i.reference, i.version, i.channel, i.source, i.queue_id AS queue, i.state, i.customer_id,
       customer_name(c) AS customer_name,
       i.subject, i.last_text, i.last_at, i.unread, i.priority, i.units, i.created_at, i.queued_at, i.entered_at,
       i.due_at, i.answered_at, i.agent_id, g.name AS agent_name, i.offer_id,
       coalesce(o.reasons, '[]') AS offer_reasons, i.disposition, i.parent_id, i.preferred_agent_id
FROM interactions i
JOIN customers c ON c.id = i.customer_id
LEFT JOIN agents g ON g.id = i.agent_id
LEFT JOIN offers o ON o.id = i.offer_id;

-- One touch as the history shows it, with what was said or noted.
CREATE VIEW history AS
SELECT t.id, t.interaction_id, i.reference, t.version, t.customer_id, t.channel, t.kind, t.at, t.recorded_at, t.actor,
       t.actor_id, coalesce(a.name, '') AS actor_name, t.data, coalesce(m.text, n.text) AS text,
       n.id IS NOT NULL AS note, m.id AS message_id, m.state AS message_state, m.error AS message_error
FROM touches t
JOIN interactions i ON i.id = t.interaction_id
LEFT JOIN agents a ON a.id = t.actor_id
LEFT JOIN messages m ON m.touch_id = t.id
LEFT JOIN notes n ON n.touch_id = t.id;
