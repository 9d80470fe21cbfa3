CREATE TABLE "heads_pages" (
	"place" text PRIMARY KEY NOT NULL,
	"size" bigint NOT NULL,
	"page" "bytea" NOT NULL
);
--> statement-breakpoint
CREATE TABLE "log_tiles" (
	"level" integer NOT NULL,
	"index" bigint NOT NULL,
	"hashes" "bytea" NOT NULL,
	CONSTRAINT "log_tiles_level_index_pk" PRIMARY KEY("level","index")
);
--> statement-breakpoint
-- The log's tree as tiles: every eighth level of the nodes is what tiles hold.
INSERT INTO "log_tiles"
  SELECT level / 8, index / 256, string_agg(hash, ''::bytea ORDER BY index) FROM "tree_nodes"
  WHERE level % 8 = 0 GROUP BY 1, 2;
--> statement-breakpoint
DROP TABLE "tree_nodes" CASCADE;
--> statement-breakpoint
DROP INDEX "entries_stream_index_index";
--> statement-breakpoint
ALTER TABLE "heads_pages" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "log_tiles" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY worker_all ON "heads_pages" TO coldmark_worker USING (true) WITH CHECK (true);
--> statement-breakpoint
CREATE POLICY worker_all ON "log_tiles" TO coldmark_worker USING (true) WITH CHECK (true);
--> statement-breakpoint
GRANT SELECT, INSERT, UPDATE ON "heads_pages", "log_tiles" TO coldmark_worker;
--> statement-breakpoint
-- What was appended no longer waits: it goes, and with it the second copy of a content that the log can erase.
GRANT DELETE ON "pending_entries" TO coldmark_worker;
--> statement-breakpoint
GRANT UPDATE (body) ON "pending_entries" TO coldmark_worker;
--> statement-breakpoint
DELETE FROM "pending_entries" WHERE entry_index IS NOT NULL AND NOT urgent;
--> statement-breakpoint
UPDATE "pending_entries" SET body = '' WHERE entry_index IS NOT NULL;
