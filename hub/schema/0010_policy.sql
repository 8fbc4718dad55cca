-- The routing policy: each published version for ever, the highest one in force, and one draft that everybody shares.
CREATE TABLE policies (
    version      integer PRIMARY KEY CHECK (version > 0),
    document     jsonb NOT NULL,
    digest       text NOT NULL,                  -- sha256 of what it says
    published_at timestamptz NOT NULL,
    published_by uuid REFERENCES agents,         -- null: made from the configuration
    note         text NOT NULL DEFAULT '',
    from_version integer REFERENCES policies     -- the older version that was restored
);
CREATE TABLE policy_draft (
    one      boolean PRIMARY KEY DEFAULT true CHECK (one),
    document jsonb NOT NULL,
    base     integer NOT NULL,                   -- the version it was begun from
    saved_at timestamptz NOT NULL,
    saved_by uuid REFERENCES agents
);

-- Where a contact was put, by which rule of which version.
ALTER TABLE interactions ADD COLUMN policy_version integer;
ALTER TABLE interactions ADD COLUMN placement jsonb;  -- queue, require, prefer, priority, target_minutes, sticky, rings
ALTER TABLE interactions ADD COLUMN rule text;        -- null: none held, the default did
ALTER TABLE interactions ADD COLUMN placed_at timestamptz;

-- What rules may ask of a customer.
ALTER TABLE customers ADD COLUMN vip boolean NOT NULL DEFAULT false;
ALTER TABLE customers ADD COLUMN segments text[] NOT NULL DEFAULT '{}';
ALTER TABLE customers ADD COLUMN contract text;
ALTER TABLE customers ADD COLUMN owner_id uuid REFERENCES agents;  -- who looks after him
