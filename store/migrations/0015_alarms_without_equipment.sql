-- An alarm may stand at a gateway's site without equipment, or, about the log itself, at no site at all.
ALTER TABLE "alarms" ALTER COLUMN "equipment_id" DROP NOT NULL;--> statement-breakpoint
ALTER TABLE "alarms" ADD COLUMN "site_id" text;
