CREATE TABLE "anchor_jobs" (
	"new_size" bigint PRIMARY KEY NOT NULL,
	"old_size" bigint NOT NULL,
	"root" "bytea" NOT NULL,
	"state" text NOT NULL,
	"nonce" bigint,
	"raw_tx" text,
	"tx_hash" text,
	"created_at" bigint NOT NULL,
	"sent_at" bigint,
	"block_number" bigint,
	"anchored_at" bigint,
	"attempts" integer DEFAULT 0 NOT NULL
);
--> statement-breakpoint
CREATE TABLE "api_keys" (
	"tenant_id" text NOT NULL,
	"id" text NOT NULL,
	"sha256" "bytea" NOT NULL,
	"scopes" text[] NOT NULL,
	"created_at" bigint NOT NULL,
	"revoked_at" bigint,
	CONSTRAINT "api_keys_tenant_id_id_pk" PRIMARY KEY("tenant_id","id"),
	CONSTRAINT "api_keys_tenant_id_sha256_unique" UNIQUE("tenant_id","sha256")
);
--> statement-breakpoint
CREATE TABLE "audit" (
	"tenant_id" text NOT NULL,
	"id" bigserial NOT NULL,
	"at" bigint NOT NULL,
	"actor" text NOT NULL,
	"action" text NOT NULL,
	"subject" text NOT NULL,
	"old" jsonb,
	"new" jsonb,
	"reason" text,
	CONSTRAINT "audit_tenant_id_id_pk" PRIMARY KEY("tenant_id","id")
);
--> statement-breakpoint
CREATE TABLE "calibrations" (
	"tenant_id" text NOT NULL,
	"sensor_id" text NOT NULL,
	"certificate" text NOT NULL,
	"calibrated_at" bigint NOT NULL,
	"valid_until" bigint NOT NULL,
	"error_milli_c" integer,
	"lab" text,
	CONSTRAINT "calibrations_tenant_id_sensor_id_certificate_pk" PRIMARY KEY("tenant_id","sensor_id","certificate")
);
--> statement-breakpoint
CREATE TABLE "captures" (
	"tenant_id" text NOT NULL,
	"id" text NOT NULL,
	"created_at" bigint NOT NULL,
	"finished_at" bigint,
	"events" integer NOT NULL,
	"success" boolean NOT NULL,
	"errors" jsonb NOT NULL,
	CONSTRAINT "captures_tenant_id_id_pk" PRIMARY KEY("tenant_id","id")
);
--> statement-breakpoint
CREATE TABLE "chain_state" (
	"id" integer PRIMARY KEY NOT NULL,
	"chain_id" bigint NOT NULL,
	"contract" text NOT NULL,
	"code_hash" text NOT NULL,
	"origin" text NOT NULL,
	"log_id" text NOT NULL,
	"deployed_at" bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "checkpoints" (
	"size" bigint PRIMARY KEY NOT NULL,
	"root" "bytea" NOT NULL,
	"note" text NOT NULL,
	"created_at" bigint NOT NULL,
	"inbox_to" bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "cursors" (
	"name" text PRIMARY KEY NOT NULL,
	"position" bigint DEFAULT 0 NOT NULL,
	"received" bigint DEFAULT 0 NOT NULL,
	"stored" bigint DEFAULT 0 NOT NULL,
	"duplicate" bigint DEFAULT 0 NOT NULL,
	"dead_letter" bigint DEFAULT 0 NOT NULL
);
--> statement-breakpoint
CREATE TABLE "dead_letters" (
	"id" bigserial PRIMARY KEY NOT NULL,
	"tenant_id" text,
	"gateway" text NOT NULL,
	"inbox_id" bigint NOT NULL,
	"reading_index" integer,
	"reason" text NOT NULL,
	"detail" text NOT NULL,
	"payload" "bytea" NOT NULL,
	"at" bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "entries" (
	"index" bigint PRIMARY KEY NOT NULL,
	"stream" "bytea" NOT NULL,
	"seq" bigint NOT NULL,
	"prev" "bytea" NOT NULL,
	"commit" "bytea" NOT NULL,
	"leaf" "bytea" NOT NULL,
	"subject" text NOT NULL,
	"kind" text NOT NULL,
	"from_ms" bigint NOT NULL,
	"to_ms" bigint NOT NULL,
	"salt" "bytea",
	"body_salt" "bytea",
	"body" text,
	"appended_at" bigint NOT NULL,
	CONSTRAINT "entries_stream_seq_unique" UNIQUE("stream","seq")
);
--> statement-breakpoint
CREATE TABLE "epcis_events" (
	"tenant_id" text NOT NULL,
	"event_id" text NOT NULL,
	"document" text NOT NULL,
	"sha256" "bytea" NOT NULL,
	"salt" "bytea" NOT NULL,
	"event_time" bigint NOT NULL,
	"accepted_at" bigint NOT NULL,
	"signed_by" text,
	"offline" boolean NOT NULL,
	"capture_id" text NOT NULL,
	CONSTRAINT "epcis_events_tenant_id_event_id_pk" PRIMARY KEY("tenant_id","event_id")
);
--> statement-breakpoint
CREATE TABLE "equipment" (
	"tenant_id" text NOT NULL,
	"id" text NOT NULL,
	"site_id" text NOT NULL,
	"label" text NOT NULL,
	"epc" text NOT NULL,
	"kind" text NOT NULL,
	"scope" text NOT NULL,
	"names" jsonb NOT NULL,
	"profile" text NOT NULL,
	"profile_version" integer NOT NULL,
	"lower_milli_c" integer NOT NULL,
	"upper_milli_c" integer NOT NULL,
	"segment_ms" bigint NOT NULL,
	"validated_ms" bigint,
	"since" bigint NOT NULL,
	"accepted_at" bigint NOT NULL,
	"signed_by" text,
	"offline" boolean NOT NULL,
	CONSTRAINT "equipment_tenant_id_id_pk" PRIMARY KEY("tenant_id","id"),
	CONSTRAINT "equipment_tenant_id_epc_unique" UNIQUE("tenant_id","epc")
);
--> statement-breakpoint
CREATE TABLE "event_codes" (
	"tenant_id" text NOT NULL,
	"event_id" text NOT NULL,
	"epc" text NOT NULL,
	"role" text NOT NULL,
	"stream" "bytea" NOT NULL,
	"event_time" bigint NOT NULL,
	CONSTRAINT "event_codes_tenant_id_event_id_epc_role_pk" PRIMARY KEY("tenant_id","event_id","epc","role")
);
--> statement-breakpoint
CREATE TABLE "excursions" (
	"tenant_id" text NOT NULL,
	"equipment_id" text NOT NULL,
	"point" text NOT NULL,
	"from_ts" bigint NOT NULL,
	"direction" text NOT NULL,
	"to_ts" bigint,
	"extreme_milli_c" integer NOT NULL,
	"limit_milli_c" integer NOT NULL,
	"detected_at" bigint NOT NULL,
	"queued" boolean DEFAULT false NOT NULL,
	CONSTRAINT "excursions_tenant_id_equipment_id_point_from_ts_pk" PRIMARY KEY("tenant_id","equipment_id","point","from_ts")
);
--> statement-breakpoint
CREATE TABLE "findings" (
	"tenant_id" text NOT NULL,
	"id" bigserial NOT NULL,
	"kind" text NOT NULL,
	"subject" text NOT NULL,
	"detail" jsonb NOT NULL,
	"at" bigint NOT NULL,
	CONSTRAINT "findings_tenant_id_id_pk" PRIMARY KEY("tenant_id","id")
);
--> statement-breakpoint
CREATE TABLE "gateway_messages" (
	"tenant_id" text NOT NULL,
	"gateway_id" text NOT NULL,
	"boot" bigint NOT NULL,
	"seq" bigint NOT NULL,
	"inbox_id" bigint NOT NULL,
	"sha256" "bytea" NOT NULL,
	"kid" text,
	"received_at" bigint NOT NULL,
	CONSTRAINT "gateway_messages_tenant_id_gateway_id_boot_seq_pk" PRIMARY KEY("tenant_id","gateway_id","boot","seq")
);
--> statement-breakpoint
CREATE TABLE "gateway_progress" (
	"tenant_id" text NOT NULL,
	"gateway_id" text NOT NULL,
	"boot" bigint NOT NULL,
	"kid" text,
	"up_to" bigint NOT NULL,
	"also" jsonb NOT NULL,
	"hash" "bytea" NOT NULL,
	"last_received_at" bigint NOT NULL,
	"receipted_at" bigint,
	CONSTRAINT "gateway_progress_tenant_id_gateway_id_boot_pk" PRIMARY KEY("tenant_id","gateway_id","boot")
);
--> statement-breakpoint
CREATE TABLE "gateway_topics" (
	"gateway_id" text PRIMARY KEY NOT NULL,
	"tenant_id" text NOT NULL
);
--> statement-breakpoint
CREATE TABLE "gateways" (
	"tenant_id" text NOT NULL,
	"id" text NOT NULL,
	"kind" text NOT NULL,
	"signature_required" boolean NOT NULL,
	"mqtt_password_hash" text,
	"site_id" text,
	"accepted_at" bigint NOT NULL,
	"revoked_at" bigint,
	CONSTRAINT "gateways_tenant_id_id_pk" PRIMARY KEY("tenant_id","id")
);
--> statement-breakpoint
CREATE TABLE "inbox" (
	"id" bigserial PRIMARY KEY NOT NULL,
	"received_at" bigint NOT NULL,
	"gateway" text NOT NULL,
	"topic" text NOT NULL,
	"lane" text NOT NULL,
	"payload" "bytea" NOT NULL,
	"sha256" "bytea" NOT NULL,
	"door" text NOT NULL
);
--> statement-breakpoint
CREATE TABLE "keys" (
	"tenant_id" text NOT NULL,
	"kid" text NOT NULL,
	"alg" text NOT NULL,
	"public_key" "bytea" NOT NULL,
	"owner_kind" text NOT NULL,
	"owner_id" text NOT NULL,
	"offline" boolean NOT NULL,
	"enrolled_at" bigint NOT NULL,
	"revoked_at" bigint,
	CONSTRAINT "keys_tenant_id_kid_pk" PRIMARY KEY("tenant_id","kid")
);
--> statement-breakpoint
CREATE TABLE "latest_values" (
	"tenant_id" text NOT NULL,
	"point" text NOT NULL,
	"ts" bigint NOT NULL,
	"t_milli_c" integer,
	"rh_permille" integer,
	"err" text,
	"received_at" bigint NOT NULL,
	CONSTRAINT "latest_values_tenant_id_point_pk" PRIMARY KEY("tenant_id","point")
);
--> statement-breakpoint
CREATE TABLE "lots" (
	"tenant_id" text NOT NULL,
	"gtin" text NOT NULL,
	"lot" text NOT NULL,
	"expiry" text NOT NULL,
	"accepted_at" bigint NOT NULL,
	"recalled_at" bigint,
	"recall_reason" text,
	CONSTRAINT "lots_tenant_id_gtin_lot_pk" PRIMARY KEY("tenant_id","gtin","lot")
);
--> statement-breakpoint
CREATE TABLE "organisations" (
	"tenant_id" text PRIMARY KEY NOT NULL,
	"kind" text NOT NULL,
	"names" jsonb NOT NULL,
	"gln" text,
	"label" text NOT NULL,
	"accepted_at" bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "pack_status" (
	"epc" text PRIMARY KEY NOT NULL,
	"stream" "bytea" NOT NULL,
	"gtin" text,
	"lot" text,
	"expiry" text,
	"first_seen" bigint NOT NULL,
	"sold" integer DEFAULT 0 NOT NULL,
	"step" text,
	"disposition" text,
	"at" bigint NOT NULL,
	"holder_tenant" text
);
--> statement-breakpoint
CREATE TABLE "pending_entries" (
	"id" bigserial PRIMARY KEY NOT NULL,
	"subject" text NOT NULL,
	"kind" text NOT NULL,
	"from_ms" bigint NOT NULL,
	"to_ms" bigint NOT NULL,
	"body" text NOT NULL,
	"urgent" boolean DEFAULT false NOT NULL,
	"created_at" bigint NOT NULL,
	"entry_index" bigint
);
--> statement-breakpoint
CREATE TABLE "products" (
	"tenant_id" text NOT NULL,
	"gtin" text NOT NULL,
	"names" jsonb NOT NULL,
	"lower_milli_c" integer NOT NULL,
	"upper_milli_c" integer NOT NULL,
	"effective_from" bigint NOT NULL,
	"accepted_at" bigint NOT NULL,
	"signed_by" text,
	"offline" boolean NOT NULL,
	CONSTRAINT "products_tenant_id_gtin_pk" PRIMARY KEY("tenant_id","gtin")
);
--> statement-breakpoint
CREATE TABLE "readings" (
	"tenant_id" text NOT NULL,
	"point" text NOT NULL,
	"ts" bigint NOT NULL,
	"equipment_id" text NOT NULL,
	"t_milli_c" integer,
	"rh_permille" integer,
	"door" boolean,
	"power" boolean,
	"lat" double precision,
	"lon" double precision,
	"err" text,
	"received_at" bigint NOT NULL,
	"inbox_id" bigint NOT NULL,
	"late" boolean NOT NULL,
	"signed_by" text,
	CONSTRAINT "readings_tenant_id_point_ts_pk" PRIMARY KEY("tenant_id","point","ts")
);
--> statement-breakpoint
CREATE TABLE "seals" (
	"day" bigint PRIMARY KEY NOT NULL,
	"size" bigint NOT NULL,
	"root" "bytea" NOT NULL,
	"anchored_at" bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "sensor_placements" (
	"tenant_id" text NOT NULL,
	"id" bigserial NOT NULL,
	"sensor_id" text NOT NULL,
	"equipment_id" text NOT NULL,
	"since" bigint NOT NULL,
	"until" bigint,
	"accepted_at" bigint NOT NULL,
	"offline" boolean NOT NULL,
	CONSTRAINT "sensor_placements_tenant_id_id_pk" PRIMARY KEY("tenant_id","id")
);
--> statement-breakpoint
CREATE TABLE "sensors" (
	"tenant_id" text NOT NULL,
	"id" text NOT NULL,
	"point" text NOT NULL,
	"gateway_id" text NOT NULL,
	"channel" text NOT NULL,
	"equipment_id" text,
	"since" bigint NOT NULL,
	"accepted_at" bigint NOT NULL,
	"offline" boolean NOT NULL,
	CONSTRAINT "sensors_tenant_id_id_pk" PRIMARY KEY("tenant_id","id"),
	CONSTRAINT "sensors_tenant_id_gatewayId_channel_unique" UNIQUE("tenant_id","gateway_id","channel"),
	CONSTRAINT "sensors_tenant_id_point_unique" UNIQUE("tenant_id","point")
);
--> statement-breakpoint
CREATE TABLE "sites" (
	"tenant_id" text NOT NULL,
	"id" text NOT NULL,
	"label" text NOT NULL,
	"gln" text NOT NULL,
	"names" jsonb NOT NULL,
	"kind" text NOT NULL,
	"city" text,
	"accepted_at" bigint NOT NULL,
	CONSTRAINT "sites_tenant_id_id_pk" PRIMARY KEY("tenant_id","id")
);
--> statement-breakpoint
CREATE TABLE "stream_heads" (
	"stream" "bytea" PRIMARY KEY NOT NULL,
	"seq" bigint NOT NULL,
	"leaf" "bytea" NOT NULL,
	"subject" text NOT NULL
);
--> statement-breakpoint
CREATE TABLE "tree_nodes" (
	"level" integer NOT NULL,
	"index" bigint NOT NULL,
	"hash" "bytea" NOT NULL,
	CONSTRAINT "tree_nodes_level_index_pk" PRIMARY KEY("level","index")
);
--> statement-breakpoint
CREATE TABLE "windows" (
	"tenant_id" text NOT NULL,
	"equipment_id" text NOT NULL,
	"from_ms" bigint NOT NULL,
	"to_ms" bigint NOT NULL,
	"versions" integer NOT NULL,
	"dirty" boolean NOT NULL,
	"sealed_at" bigint,
	CONSTRAINT "windows_tenant_id_equipment_id_from_ms_pk" PRIMARY KEY("tenant_id","equipment_id","from_ms")
);
--> statement-breakpoint
CREATE INDEX "api_keys_sha256_index" ON "api_keys" USING btree ("sha256");--> statement-breakpoint
CREATE INDEX "dead_letters_tenant_id_at_index" ON "dead_letters" USING btree ("tenant_id","at");--> statement-breakpoint
CREATE INDEX "dead_letters_inbox_id_index" ON "dead_letters" USING btree ("inbox_id");--> statement-breakpoint
CREATE INDEX "entries_stream_to_ms_index" ON "entries" USING btree ("stream","to_ms");--> statement-breakpoint
CREATE INDEX "epcis_events_tenant_id_event_time_index" ON "epcis_events" USING btree ("tenant_id","event_time");--> statement-breakpoint
CREATE INDEX "epcis_events_tenant_id_capture_id_index" ON "epcis_events" USING btree ("tenant_id","capture_id");--> statement-breakpoint
CREATE INDEX "equipment_epc_index" ON "equipment" USING btree ("epc");--> statement-breakpoint
CREATE INDEX "equipment_label_index" ON "equipment" USING btree ("label");--> statement-breakpoint
CREATE INDEX "event_codes_epc_event_time_index" ON "event_codes" USING btree ("epc","event_time");--> statement-breakpoint
CREATE INDEX "event_codes_tenant_id_epc_event_time_index" ON "event_codes" USING btree ("tenant_id","epc","event_time");--> statement-breakpoint
CREATE INDEX "excursions_detected_at_index" ON "excursions" USING btree ("detected_at") WHERE not queued;--> statement-breakpoint
CREATE INDEX "gateway_messages_inbox_id_index" ON "gateway_messages" USING btree ("inbox_id");--> statement-breakpoint
CREATE INDEX "keys_kid_index" ON "keys" USING btree ("kid");--> statement-breakpoint
CREATE INDEX "pack_status_gtin_lot_index" ON "pack_status" USING btree ("gtin","lot");--> statement-breakpoint
CREATE INDEX "pending_entries_id_index" ON "pending_entries" USING btree ("id") WHERE entry_index is null;--> statement-breakpoint
CREATE INDEX "readings_tenant_id_equipment_id_ts_index" ON "readings" USING btree ("tenant_id","equipment_id","ts");--> statement-breakpoint
CREATE INDEX "sensor_placements_tenant_id_sensor_id_index" ON "sensor_placements" USING btree ("tenant_id","sensor_id");--> statement-breakpoint
CREATE INDEX "sensor_placements_tenant_id_equipment_id_index" ON "sensor_placements" USING btree ("tenant_id","equipment_id");--> statement-breakpoint
CREATE INDEX "windows_to_ms_index" ON "windows" USING btree ("to_ms") WHERE dirty;