const depthMax = 6;

/** Whether the database refused a row because another has its key: SQLSTATE 23505 (PostgreSQL, appendix A). */
export function isUniqueViolation(error: unknown): boolean {
  let current = error;
  for (let depth = 0; depth < depthMax && current instanceof Error; depth += 1) {
    if ((current as { code?: unknown }).code === "23505") return true;
    current = current.cause;
  }
  return false;
}
