-- Numbers that supervisors do not want to be let in. What was taken off the list stays, with who did it.
CREATE TABLE blocked_numbers (
    number     text PRIMARY KEY CHECK (number ~ '^\+[1-9][0-9]{5,14}$'),
    reason     text NOT NULL,
    added_by   uuid NOT NULL REFERENCES agents,
    added_at   timestamptz NOT NULL,
    removed_by uuid REFERENCES agents,
    removed_at timestamptz,
    calls      integer NOT NULL DEFAULT 0,     -- how often it has rung since
    last_at    timestamptz
);
