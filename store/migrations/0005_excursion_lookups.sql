DROP INDEX "alarms_tenant_id_index";--> statement-breakpoint
ALTER TABLE "alarms" ADD COLUMN "grew_at" bigint;--> statement-breakpoint
ALTER TABLE "excursions" ADD COLUMN "changed_at" bigint;--> statement-breakpoint
-- Not by UPDATE: the policies bind the owner too, who would see no row.
ALTER TABLE "excursions" ALTER COLUMN "changed_at" TYPE bigint USING "detected_at";--> statement-breakpoint
ALTER TABLE "excursions" ALTER COLUMN "changed_at" SET NOT NULL;--> statement-breakpoint
CREATE INDEX "excursions_changed" ON "excursions" USING btree ("changed_at");--> statement-breakpoint
CREATE INDEX "excursions_lasting" ON "excursions" USING btree ("tenant_id") WHERE to_ts is null;--> statement-breakpoint
CREATE INDEX "alarms_tenant_id_index" ON "alarms" USING btree ("tenant_id") WHERE cleared_at is null or acknowledged_at is null or grew_at > acknowledged_at;--> statement-breakpoint
GRANT UPDATE (grew_at) ON alarms TO coldmark_worker;
