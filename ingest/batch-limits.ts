/** What a reader of the inbox takes in one step, from memory or the records: one that fell behind must be able to catch up. */
export const batchLimits = { messages: 4_000, bytes: 8 * 1024 * 1024 };
