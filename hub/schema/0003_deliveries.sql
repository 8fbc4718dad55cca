-- What became of a mail for single recipients, and the addresses that mail does not reach.

-- Recipients who did not get a mail that a server took for the others: their envelope is their own from then on.
CREATE TABLE outbox_recipients (
    message_id uuid NOT NULL REFERENCES outbox,
    address    text NOT NULL,                    -- as the envelope has it
    state      text NOT NULL CHECK (state IN ('later', 'refused', 'unconfirmed')), -- later: put off, and tried again
    error      text NOT NULL,                    -- in the words of the server
    PRIMARY KEY (message_id, address)
);

-- Addresses that a mail server calls dead for good, whether they are a customer's or not; until a mail comes from them.
CREATE TABLE undeliverable (
    address text PRIMARY KEY CHECK (address = lower(address)),
    since   timestamptz NOT NULL,
    reason  text NOT NULL
);
INSERT INTO undeliverable (address, since, reason)
SELECT DISTINCT ON (lower(value)) lower(value), undeliverable_at, coalesce(undeliverable_reason, '')
FROM addresses WHERE kind = 'email' AND undeliverable_at IS NOT NULL
ORDER BY lower(value), undeliverable_at DESC;
ALTER TABLE addresses DROP COLUMN undeliverable_at, DROP COLUMN undeliverable_reason;
