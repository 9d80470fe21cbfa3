CREATE TABLE "gateway_commands" (
	"tenant_id" text NOT NULL,
	"gateway_id" text NOT NULL,
	"counter" bigint NOT NULL,
	"sent_at" bigint NOT NULL,
	"unheard" integer NOT NULL,
	CONSTRAINT "gateway_commands_tenant_id_gateway_id_pk" PRIMARY KEY("tenant_id","gateway_id")
);
--> statement-breakpoint
CREATE TABLE "maker_devices" (
	"tenant_id" text NOT NULL,
	"serial" text NOT NULL,
	"kid" text NOT NULL,
	"alg" text NOT NULL,
	"public_key" "bytea" NOT NULL,
	"claim_sha256" "bytea" NOT NULL,
	"uploaded_at" bigint NOT NULL,
	"claimed_by" text,
	"claimed_gateway" text,
	"claimed_at" bigint,
	"released_at" bigint,
	CONSTRAINT "maker_devices_tenant_id_serial_pk" PRIMARY KEY("tenant_id","serial"),
	CONSTRAINT "maker_devices_tenant_id_claimSha256_unique" UNIQUE("tenant_id","claim_sha256"),
	CONSTRAINT "maker_devices_tenant_id_kid_unique" UNIQUE("tenant_id","kid")
);
--> statement-breakpoint
CREATE TABLE "sequence_gaps" (
	"tenant_id" text NOT NULL,
	"gateway_id" text NOT NULL,
	"boot" bigint NOT NULL,
	"from_seq" bigint NOT NULL,
	"to_seq" bigint NOT NULL,
	"after_ms" bigint,
	"before_ms" bigint NOT NULL,
	"found_at" bigint NOT NULL,
	"filled_at" bigint,
	CONSTRAINT "sequence_gaps_tenant_id_gateway_id_boot_from_seq_pk" PRIMARY KEY("tenant_id","gateway_id","boot","from_seq")
);
--> statement-breakpoint
ALTER TABLE "gateways" ADD COLUMN "signature_required_since" bigint;--> statement-breakpoint
CREATE INDEX "maker_devices_claim_sha256_index" ON "maker_devices" USING btree ("claim_sha256");--> statement-breakpoint
CREATE INDEX "maker_devices_claimed_by_claimed_gateway_index" ON "maker_devices" USING btree ("claimed_by","claimed_gateway");--> statement-breakpoint
CREATE INDEX "sequence_gaps_open" ON "sequence_gaps" USING btree ("tenant_id","gateway_id","boot") WHERE filled_at is null;--> statement-breakpoint
CREATE INDEX "gateway_progress_with_holes" ON "gateway_progress" USING btree ("tenant_id","gateway_id","boot") WHERE also <> '[]'::jsonb;--> statement-breakpoint
DO $$
DECLARE
  named text;
BEGIN
  FOREACH named IN ARRAY ARRAY['maker_devices', 'sequence_gaps', 'gateway_commands'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', named);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', named);
    EXECUTE format(
      'CREATE POLICY own_tenant ON %I TO coldmark_app
         USING (tenant_id = nullif(current_setting(''app.tenant'', true), ''''))
         WITH CHECK (tenant_id = nullif(current_setting(''app.tenant'', true), ''''))', named);
  END LOOP;
  FOREACH named IN ARRAY ARRAY['sequence_gaps', 'gateway_commands'] LOOP
    EXECUTE format('CREATE POLICY worker_all ON %I TO coldmark_worker USING (true) WITH CHECK (true)', named);
  END LOOP;
END $$;
--> statement-breakpoint
-- A maker's row is open to another organisation in two cases only: while it shows the sticker's code, to claim what nobody
-- claimed yet for itself, and once it holds the gateway, to see it and to give it back.
CREATE POLICY code_reads ON maker_devices FOR SELECT TO coldmark_app
  USING (claim_sha256 = decode(nullif(current_setting('app.claim', true), ''), 'hex'));
--> statement-breakpoint
CREATE POLICY code_claims ON maker_devices FOR UPDATE TO coldmark_app
  USING (claim_sha256 = decode(nullif(current_setting('app.claim', true), ''), 'hex') AND claimed_at IS NULL)
  WITH CHECK (claimed_by = nullif(current_setting('app.tenant', true), ''));
--> statement-breakpoint
CREATE POLICY holder_reads ON maker_devices FOR SELECT TO coldmark_app
  USING (claimed_by = nullif(current_setting('app.tenant', true), ''));
--> statement-breakpoint
CREATE POLICY holder_releases ON maker_devices FOR UPDATE TO coldmark_app
  USING (claimed_by = nullif(current_setting('app.tenant', true), '') AND released_at IS NULL)
  WITH CHECK (claimed_by = nullif(current_setting('app.tenant', true), ''));
--> statement-breakpoint
GRANT SELECT, INSERT, UPDATE ON maker_devices TO coldmark_app;
--> statement-breakpoint
-- What a gateway left out is shown beside its equipment's chart, also to people of the operator.
CREATE POLICY operator_reads ON sequence_gaps FOR SELECT TO coldmark_operator USING (true);
--> statement-breakpoint
GRANT SELECT ON sequence_gaps TO coldmark_app, coldmark_operator;
--> statement-breakpoint
GRANT SELECT, INSERT, UPDATE ON sequence_gaps, gateway_commands TO coldmark_worker;
