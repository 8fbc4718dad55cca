-- Texts to telephones: who wants no more of them, and files that lie with the vendor still.

-- What a customer said last to one of our numbers: STOP, or START. What is to be sent is asked for it twice: when it is
-- written, and when it leaves.
CREATE TABLE opt_outs (
    kind    text NOT NULL,                       -- of the customer's address, as `addresses` has it
    address text NOT NULL,
    sender  text NOT NULL,                       -- our number, as `interactions.source` has it
    stopped boolean NOT NULL,
    at      timestamptz NOT NULL,
    said_by text NOT NULL CHECK (said_by IN ('customer', 'network')),
    PRIMARY KEY (kind, address, sender)
);

-- Files of a message that are copied behind it; `touch_id` is the message's, and the copy hangs on it, too.
CREATE TABLE media (
    id            uuid PRIMARY KEY,
    touch_id      uuid NOT NULL REFERENCES touches,
    channel       text NOT NULL,
    source        text NOT NULL,
    place         integer NOT NULL,
    url           text NOT NULL,
    declared_type text NOT NULL,
    name          text NOT NULL,
    state         text NOT NULL DEFAULT 'wanted' CHECK (state IN ('wanted', 'kept', 'failed')),
    attempts      integer NOT NULL DEFAULT 0,
    due_at        timestamptz NOT NULL,
    error         text
);
CREATE INDEX media_due ON media (due_at) WHERE state = 'wanted';
