ALTER TABLE "sent_revocations" RENAME TO "sent_transactions";--> statement-breakpoint
ALTER TABLE "sent_transactions" DROP CONSTRAINT "sent_revocations_account_nonce_pk";--> statement-breakpoint
ALTER TABLE "sent_transactions" ADD CONSTRAINT "sent_transactions_account_nonce_pk" PRIMARY KEY("account","nonce");--> statement-breakpoint
-- What was sent so far, so that the next 24 hours count it; whose account it was is not known here.
INSERT INTO "sent_transactions" ("account", "nonce", "raw_tx", "sent_at")
SELECT '', "nonce", "raw_tx", "sent_at" FROM "anchor_jobs"
WHERE "nonce" IS NOT NULL AND "raw_tx" IS NOT NULL AND "sent_at" IS NOT NULL
ON CONFLICT DO NOTHING;
