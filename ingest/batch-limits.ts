/**
 * What a reader of the inbox takes in one step, from memory or the records. A reader that fell behind must be able to catch up, and a
 * step costs the records much the same however large it is; but what a large step holds, decoded, outlives V8's young generation, and
 * collecting that puts it further behind (bench/README.md).
 */
export const batchLimits = { messages: 4_000, bytes: 1024 * 1024 };
