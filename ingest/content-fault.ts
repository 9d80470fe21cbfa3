const depthMax = 6;

/** Whether the database refused data for what it is: SQLSTATE class 22, "data exception" (PostgreSQL, appendix A). */
export function isContentFault(error: unknown): boolean {
  let current = error;
  for (let depth = 0; depth < depthMax && current instanceof Error; depth += 1) {
    const code: unknown = (current as { code?: unknown }).code;
    if (typeof code === "string" && /^22\w{3}$/.test(code)) return true;
    current = current.cause;
  }
  return false;
}
