-- What an agent may hold beside what.
ALTER TABLE interactions ADD COLUMN interruptible boolean NOT NULL DEFAULT false; -- a call may come on top of it
ALTER TABLE agents ADD COLUMN limits jsonb NOT NULL DEFAULT '{}';                 -- channel -> most contacts at once

-- Units of an agent that are in use; what a call interrupts rests meanwhile.
CREATE FUNCTION used_units(agent uuid) RETURNS integer
LANGUAGE sql STABLE PARALLEL SAFE
RETURN (WITH held AS (SELECT units, exclusive, interruptible FROM interactions
                      WHERE agent_id = agent AND state IN ('offered', 'active', 'wrapping'))
        SELECT coalesce(sum(units), 0)::integer FROM held
        WHERE NOT (interruptible AND EXISTS (SELECT FROM held WHERE exclusive)));
