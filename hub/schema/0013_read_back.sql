-- Texts that are sent and that no report came for are asked after; few of all that ever left are that young.

CREATE INDEX outbox_texts_sent ON outbox (created_at, message_id) WHERE state = 'sent' AND channel IN ('sms', 'whatsapp');
