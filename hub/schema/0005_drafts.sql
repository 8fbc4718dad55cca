-- Drafts are sheets: each window of an agent writes on one of its own, and none writes over another's.
ALTER TABLE drafts DROP CONSTRAINT drafts_pkey;
ALTER TABLE drafts DROP CONSTRAINT drafts_kind_check;
ALTER TABLE drafts ALTER COLUMN interaction_id DROP NOT NULL;  -- a new mail belongs to none yet
ALTER TABLE drafts ADD COLUMN sheet uuid NOT NULL DEFAULT uuidv7();
CREATE SEQUENCE draft_versions;  -- never twice the same, so that a sheet thrown away and begun anew is another one
ALTER TABLE drafts ADD COLUMN version bigint NOT NULL DEFAULT nextval('draft_versions');
ALTER TABLE drafts ADD CHECK (CASE kind WHEN 'new' THEN interaction_id IS NULL
                                        ELSE kind IN ('reply', 'note') AND interaction_id IS NOT NULL END);
CREATE UNIQUE INDEX drafts_once ON drafts (agent_id, interaction_id, kind, sheet) NULLS NOT DISTINCT;

-- Sender, customer, recipients and subject of a new mail lie in `mail`, like those of a reply.
INSERT INTO drafts (agent_id, kind, text, saved_at, mail)
SELECT agent_id, 'new', coalesce(draft ->> 'text', ''), saved_at, draft - 'text' FROM new_mail_drafts;
DROP TABLE new_mail_drafts;
