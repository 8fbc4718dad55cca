-- What waits for somebody by name lies on his desk, as what he has laid aside does: found without reading the line.
CREATE INDEX interactions_of_agent ON interactions (preferred_agent_id)
    WHERE preferred_agent_id IS NOT NULL AND state IN ('queued', 'waiting', 'parked');
