-- What a provider says ends all doubt: an unconfirmed message may turn out sent, failed or delivered, so doubt ranks
-- below everything that is known.
CREATE OR REPLACE FUNCTION message_rank(text) RETURNS integer
LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
RETURN CASE $1 WHEN 'pending' THEN 0 WHEN 'sending' THEN 0 WHEN 'unconfirmed' THEN 1 WHEN 'sent' THEN 2
               WHEN 'failed' THEN 3 WHEN 'delivered' THEN 4 ELSE 5 END;

-- A message waits for the earlier ones of its own interaction: found without looking through the whole outbox.
CREATE INDEX outbox_in_order ON outbox (interaction_id, created_at) WHERE state IN ('pending', 'sending');

-- A tsvector holds one megabyte and refuses more, and with it the message: very long texts are found by their beginning.
CREATE OR REPLACE FUNCTION search_words(text) RETURNS tsvector
LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
RETURN to_tsvector('simple'::regconfig,
                   regexp_replace(left($1, 100000), '([\u2E80-\u9FFF\uAC00-\uD7AF\uF900-\uFAFF])', ' \1 ', 'g'));
