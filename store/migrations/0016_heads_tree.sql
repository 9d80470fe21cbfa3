CREATE TABLE "heads_tree" (
	"place" text PRIMARY KEY NOT NULL,
	"size" bigint NOT NULL,
	"page" "bytea" NOT NULL
);
--> statement-breakpoint
-- Hashes don't compress, and a page of heads is read and written whole: it stays in its row up to 8 kB.
ALTER TABLE "heads_tree" ALTER COLUMN "page" SET STORAGE EXTERNAL;
--> statement-breakpoint
ALTER TABLE "heads_tree" SET (toast_tuple_target = 8160);
--> statement-breakpoint
ALTER TABLE "heads_tree" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY worker_all ON "heads_tree" TO coldmark_worker USING (true) WITH CHECK (true);
--> statement-breakpoint
-- It begins empty: the worker reads it from the log's entries. heads_pages stays, so that the version before can go on with it.
GRANT SELECT, INSERT, UPDATE ON "heads_tree" TO coldmark_worker;
