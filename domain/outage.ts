/** Codes of the operating system and SQLSTATEs (PostgreSQL, appendix A) that say "not now", not "never". */
const passing =
  /^(ECONN(REFUSED|RESET|ABORTED)|ETIMEDOUT|EPIPE|ENOTFOUND|EAI_AGAIN|E(HOST|NET)(UNREACH|DOWN)|08\w{3}|53\w{3}|57P0[123]|57014|55P03|40001|40P01)$/;
const words =
  /^(timeout exceeded when trying to connect|Connection terminated|Client has encountered a connection error)/;
const depthMax = 6;

/** Whether a fault came from records that can't be reached or are too busy just now. */
export function isOutage(error: unknown): boolean {
  let current = error;
  for (let depth = 0; depth < depthMax && current instanceof Error; depth += 1) {
    const code: unknown = (current as { code?: unknown }).code;
    if ((typeof code === "string" && passing.test(code)) || words.test(current.message)) return true;
    current = current.cause;
  }
  return false;
}
