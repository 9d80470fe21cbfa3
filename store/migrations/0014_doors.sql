CREATE TABLE "set_aside" (
	"inbox_id" bigint PRIMARY KEY NOT NULL,
	"readings" "bytea"
);
--> statement-breakpoint
ALTER TABLE "dead_letters" ADD COLUMN "sameness" "bytea";--> statement-breakpoint
ALTER TABLE "dead_letters" ADD COLUMN "count" bigint DEFAULT 1 NOT NULL;--> statement-breakpoint
ALTER TABLE "dead_letters" ADD COLUMN "last_at" bigint DEFAULT 0 NOT NULL;--> statement-breakpoint
CREATE UNIQUE INDEX "dead_letters_sameness" ON "dead_letters" USING btree ("sameness");--> statement-breakpoint
CREATE INDEX "dead_letters_day" ON "dead_letters" USING btree (left(gateway, 64),"at");--> statement-breakpoint
ALTER TABLE "set_aside" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE POLICY worker_all ON "set_aside" TO coldmark_worker USING (true) WITH CHECK (true);--> statement-breakpoint
GRANT SELECT, INSERT ON "set_aside" TO coldmark_worker;--> statement-breakpoint
-- A letter that came again counts up; what it says stays.
GRANT UPDATE (count, last_at) ON "dead_letters" TO coldmark_worker;--> statement-breakpoint
-- Last: while this table is locked no receipt goes out.
ALTER TABLE "gateway_progress" ADD COLUMN "first_received_at" bigint DEFAULT 0 NOT NULL;--> statement-breakpoint
CREATE INDEX "gateway_progress_begun" ON "gateway_progress" USING btree ("gateway_id","first_received_at");
