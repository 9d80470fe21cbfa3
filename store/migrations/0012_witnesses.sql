CREATE TABLE "cosignatures" (
	"witness" text NOT NULL,
	"size" bigint NOT NULL,
	"line" text NOT NULL,
	"seen_at" bigint NOT NULL,
	CONSTRAINT "cosignatures_witness_size_pk" PRIMARY KEY("witness","size")
);
--> statement-breakpoint
CREATE TABLE "sent_revocations" (
	"account" text NOT NULL,
	"nonce" bigint NOT NULL,
	"raw_tx" text NOT NULL,
	"sent_at" bigint NOT NULL,
	CONSTRAINT "sent_revocations_account_nonce_pk" PRIMARY KEY("account","nonce")
);
--> statement-breakpoint
-- Operator tables as the log's others: the worker's alone.
DO $$
DECLARE
  named text;
BEGIN
  FOREACH named IN ARRAY ARRAY['cosignatures', 'sent_revocations'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', named);
    EXECUTE format('CREATE POLICY worker_all ON %I TO coldmark_worker USING (true) WITH CHECK (true)', named);
  END LOOP;
END $$;
--> statement-breakpoint
GRANT SELECT, INSERT, UPDATE ON cosignatures, sent_revocations TO coldmark_worker;
