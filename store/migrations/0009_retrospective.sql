ALTER TABLE "alarms" ADD COLUMN "known_to" bigint;--> statement-breakpoint
ALTER TABLE "excursions" ADD COLUMN "known_to" bigint;--> statement-breakpoint
GRANT UPDATE (known_to) ON alarms TO coldmark_worker;
