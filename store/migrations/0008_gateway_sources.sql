CREATE TABLE "sparkplug_births" (
	"tenant_id" text NOT NULL,
	"gateway_id" text NOT NULL,
	"device" text NOT NULL,
	"inbox_id" bigint NOT NULL,
	"metrics" jsonb NOT NULL,
	CONSTRAINT "sparkplug_births_tenant_id_gateway_id_device_inbox_id_pk" PRIMARY KEY("tenant_id","gateway_id","device","inbox_id")
);
--> statement-breakpoint
CREATE TABLE "sparkplug_nodes" (
	"tenant_id" text NOT NULL,
	"gateway_id" text NOT NULL,
	"online" boolean NOT NULL,
	"offline_since" bigint,
	"bd_seq" bigint,
	"seq" integer,
	"early" jsonb NOT NULL,
	"hole_since" bigint,
	"devices" jsonb NOT NULL,
	"rebirth_wanted" text,
	"ask_after" bigint NOT NULL,
	CONSTRAINT "sparkplug_nodes_tenant_id_gateway_id_pk" PRIMARY KEY("tenant_id","gateway_id")
);
--> statement-breakpoint
ALTER TABLE "gateways" ADD COLUMN "source" jsonb;--> statement-breakpoint
-- Tenant tables as all others: the organisation sees its own, the worker writes.
DO $$
DECLARE
  named text;
BEGIN
  FOREACH named IN ARRAY ARRAY['sparkplug_births', 'sparkplug_nodes'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', named);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', named);
    EXECUTE format(
      'CREATE POLICY own_tenant ON %I TO coldmark_app
         USING (tenant_id = nullif(current_setting(''app.tenant'', true), ''''))
         WITH CHECK (tenant_id = nullif(current_setting(''app.tenant'', true), ''''))', named);
    EXECUTE format('CREATE POLICY worker_all ON %I TO coldmark_worker USING (true) WITH CHECK (true)', named);
  END LOOP;
END $$;
--> statement-breakpoint
GRANT SELECT ON sparkplug_births, sparkplug_nodes TO coldmark_app;
--> statement-breakpoint
GRANT SELECT, INSERT ON sparkplug_births TO coldmark_worker;
--> statement-breakpoint
GRANT SELECT, INSERT, UPDATE ON sparkplug_nodes TO coldmark_worker;
