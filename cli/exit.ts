import { AppError, type ErrorCode } from "#domain/errors.ts";
import { complain } from "./say.ts";

/** Exit codes of sysexits.h: a bad setting, bad input, a part that is missing, something to try again later. */
const exitCodes: Partial<Record<ErrorCode, number>> = {
  BAD_SETTING: 78,
  BAD_NETWORK_FILE: 65,
  BAD_REQUEST: 65,
  BAD_CODE: 65,
  PART_MISSING: 69,
  UNAVAILABLE: 69,
  DATA_LOCKED: 75,
  NOT_SUPPORTED: 64,
};

/** What a command ends with whose words nobody reads any more (EX_IOERR). */
export const brokenPipe = 74;

/** Says what went wrong, every fault on its line, and ends the process with the code that tells what kind it was. */
export function endWith(fault: unknown): never {
  if (!(fault instanceof AppError)) {
    complain(fault instanceof Error ? (fault.stack ?? fault.message) : String(fault));
    process.exit(1);
  }
  complain(`${fault.code}: ${fault.message}`);
  for (const one of listOf(fault.facts.faults)) complain(`  ${one}`);
  process.exit(exitCodes[fault.code] ?? 1);
}

function listOf(faults: unknown): string[] {
  if (!Array.isArray(faults)) return [];
  return faults.map((fault: Record<string, unknown>) => {
    const where = fault.path ?? fault.setting ?? "";
    return `${where}: ${fault.message ?? JSON.stringify(fault)}${fault.cure === undefined ? "" : ` (${fault.cure})`}`;
  });
}
