CREATE INDEX "entries_stream_index_index" ON "entries" USING btree ("stream","index");--> statement-breakpoint
CREATE INDEX "entries_leaf_index" ON "entries" USING btree ("leaf") WHERE kind = 'equipment';--> statement-breakpoint
CREATE INDEX "pending_entries_entry_index_index" ON "pending_entries" USING btree ("entry_index") WHERE urgent;