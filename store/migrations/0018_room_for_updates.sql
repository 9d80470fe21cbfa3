-- Rows that are written again all the time find room in their own page then, and no index has to be told.
ALTER TABLE "stream_heads" SET (fillfactor = 50);
