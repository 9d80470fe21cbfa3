CREATE INDEX "excursions_detected" ON "excursions" USING btree ("detected_at");--> statement-breakpoint
CREATE INDEX "excursions_lasting" ON "excursions" USING btree ("tenant_id") WHERE to_ts is null;