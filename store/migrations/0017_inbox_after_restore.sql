-- After the log was read back into records with a shorter inbox: the next message comes after the last one that the log covers,
-- or no later entry of the log would ever cover it. Says whether anything had to be moved on.
CREATE FUNCTION begin_inbox_after(covered bigint) RETURNS boolean
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE
  wanted integer := covered / 10000000000;
  newest integer;
  given bigint;
BEGIN
  SELECT max(part) INTO newest FROM inbox_days;
  SELECT last_value INTO given FROM inbox_id_seq;
  IF newest > wanted OR given >= covered THEN
    RETURN false;
  END IF;
  IF newest < wanted THEN
    EXECUTE format('CREATE TABLE inbox_%s (LIKE inbox INCLUDING ALL)', wanted);
    EXECUTE format('ALTER TABLE inbox ATTACH PARTITION inbox_%s FOR VALUES FROM (%s) TO (%s)',
      wanted, wanted * 10000000000::bigint, (wanted + 1) * 10000000000::bigint);
    INSERT INTO inbox_days (part, day, state) VALUES (wanted, floor(extract(epoch FROM now()) / 86400)::int, 'open');
  END IF;
  PERFORM setval('inbox_id_seq', covered);
  RETURN true;
END $$;
--> statement-breakpoint
REVOKE ALL ON FUNCTION begin_inbox_after(bigint) FROM PUBLIC;
--> statement-breakpoint
GRANT EXECUTE ON FUNCTION begin_inbox_after(bigint) TO coldmark_worker;
