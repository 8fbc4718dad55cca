-- Dispatch finds the first items of each kind of waiting work without looking at the others. What agrees in all this
-- is served in the order of its age, by the same agents as long as it is as old (rings).
CREATE FUNCTION work_kind(channel text, units integer, exclusive boolean, priority integer, requirements jsonb,
                          placement jsonb) RETURNS bigint
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN hashtextextended(channel || ' ' || units::text || ' ' || exclusive::text || ' ' || priority::text || ' '
                        || requirements::text || ' ' || coalesce(placement::text, ''), 0);
CREATE INDEX interactions_kinds ON interactions (
    queue_id, work_kind(channel, units, exclusive, priority, requirements, placement), queued_at, id)
WHERE state = 'queued';
