CREATE TABLE "inbox_days" (
	"part" integer PRIMARY KEY NOT NULL,
	"day" integer NOT NULL,
	"state" text NOT NULL,
	"messages" bigint,
	"file" text,
	"sha256" "bytea",
	"exported_at" bigint
);
--> statement-breakpoint
ALTER TABLE "gateway_progress" ADD COLUMN "skew_ms" integer;--> statement-breakpoint
CREATE INDEX "audit_id_index" ON "audit" USING btree ("id");
--> statement-breakpoint
-- The inbox becomes a table in parts, one a day. A part's number stands in the ids of its messages (part · 10^10 + n), so
-- that an id alone says where a message lies, ids rise over parts, and whoever reads on from an id touches no older part.
ALTER TABLE "inbox" RENAME TO "inbox_0";
--> statement-breakpoint
ALTER INDEX "inbox_pkey" RENAME TO "inbox_0_pkey";
--> statement-breakpoint
DROP POLICY worker_all ON "inbox_0";
--> statement-breakpoint
REVOKE ALL ON "inbox_0" FROM coldmark_worker;
--> statement-breakpoint
CREATE TABLE "inbox" (
	"id" bigint DEFAULT nextval('inbox_id_seq') NOT NULL,
	"received_at" bigint NOT NULL,
	"gateway" text NOT NULL,
	"topic" text NOT NULL,
	"lane" text NOT NULL,
	"payload" "bytea" NOT NULL,
	"sha256" "bytea" NOT NULL,
	"door" text NOT NULL,
	CONSTRAINT "inbox_pkey" PRIMARY KEY ("id")
) PARTITION BY RANGE ("id");
--> statement-breakpoint
ALTER SEQUENCE inbox_id_seq OWNED BY "inbox"."id";
--> statement-breakpoint
ALTER TABLE "inbox" ATTACH PARTITION "inbox_0" FOR VALUES FROM (MINVALUE) TO (10000000000);
--> statement-breakpoint
INSERT INTO inbox_days (part, day, state) VALUES (0, floor(extract(epoch FROM now()) / 86400)::int, 'open');
--> statement-breakpoint
-- Opens the part of a UTC day (days since 1970) if the newest one is of an earlier day, or of one that lies more than a
-- day ahead because a clock was wrong; a clock that is a little behind changes nothing. Gives the newest part.
-- The new table is made by itself and then attached: that lets readers of the others go on.
CREATE FUNCTION open_inbox_day(wanted integer) RETURNS integer
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE
  newest inbox_days;
  opened integer;
BEGIN
  SELECT * INTO newest FROM inbox_days ORDER BY part DESC LIMIT 1;
  IF newest.day IN (wanted, wanted + 1) THEN
    RETURN newest.part;
  END IF;
  opened := newest.part + 1;
  EXECUTE format('CREATE TABLE inbox_%s (LIKE inbox INCLUDING ALL)', opened);
  EXECUTE format('ALTER TABLE inbox ATTACH PARTITION inbox_%s FOR VALUES FROM (%s) TO (%s)',
    opened, opened * 10000000000::bigint, (opened + 1) * 10000000000::bigint);
  INSERT INTO inbox_days (part, day, state) VALUES (opened, wanted, 'open');
  PERFORM setval('inbox_id_seq', opened * 10000000000::bigint);
  RETURN opened;
END $$;
--> statement-breakpoint
-- Drops a part that lies in a file; never the newest.
CREATE FUNCTION drop_inbox_day(wanted integer) RETURNS void
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
  UPDATE inbox_days SET state = 'dropped'
    WHERE part = wanted AND state = 'exported' AND part < (SELECT max(part) FROM inbox_days);
  IF NOT FOUND THEN
    RAISE EXCEPTION 'part % of the inbox was not exported, or is the newest', wanted;
  END IF;
  EXECUTE format('DROP TABLE inbox_%s', wanted);
END $$;
--> statement-breakpoint
REVOKE ALL ON FUNCTION open_inbox_day(integer), drop_inbox_day(integer) FROM PUBLIC;
--> statement-breakpoint
GRANT EXECUTE ON FUNCTION open_inbox_day(integer), drop_inbox_day(integer) TO coldmark_worker;
--> statement-breakpoint
DO $$
DECLARE
  named text;
BEGIN
  FOREACH named IN ARRAY ARRAY['inbox', 'inbox_days'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', named);
    EXECUTE format('CREATE POLICY worker_all ON %I TO coldmark_worker USING (true) WITH CHECK (true)', named);
  END LOOP;
END $$;
--> statement-breakpoint
GRANT SELECT, INSERT ON inbox TO coldmark_worker;
--> statement-breakpoint
GRANT SELECT ON inbox_days TO coldmark_worker;
--> statement-breakpoint
GRANT UPDATE (state, messages, file, sha256, exported_at) ON inbox_days TO coldmark_worker;
