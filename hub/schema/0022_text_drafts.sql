-- A new text belongs to no interaction yet, as a new mail; sender, customer and number lie in `mail`, as its head does.
DO $$
DECLARE name text;
BEGIN
    FOR name IN SELECT conname FROM pg_constraint
                WHERE conrelid = 'drafts'::regclass AND contype = 'c' AND pg_get_constraintdef(oid) LIKE '%interaction_id%'
    LOOP EXECUTE format('ALTER TABLE drafts DROP CONSTRAINT %I', name); END LOOP;
END $$;
ALTER TABLE drafts ADD CONSTRAINT drafts_belong CHECK (
    CASE WHEN kind IN ('new', 'text') THEN interaction_id IS NULL
         ELSE kind IN ('reply', 'note') AND interaction_id IS NOT NULL END);
