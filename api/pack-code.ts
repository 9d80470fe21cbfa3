import { createHmac, randomBytes } from "node:crypto";
import { canonicalEpc } from "#domain/codes/epc.ts";
import { parseCode } from "#domain/codes/parse.ts";
import { AppError } from "#domain/errors.ts";
import type { ApiContext } from "./parts.ts";

/** Of this process only: log lines of one run can be told apart by pack, but no list of codes can be tried on them. */
const logKey = randomBytes(32);
const hmacHexDigits = 16;
const wholeClass = /\/01\/\d{14}(?:\/10\/[^/]*)?$/;

/**
 * The canonical EPC of the one thing that a code names; notes for the log line which pack it was, without its serial.
 * @throws AppError BAD_CODE for what is no code, or names a whole product or lot
 */
export function readPackCode(c: ApiContext, code: string): string {
  const parsed = parseCode(code);
  const epc = canonicalEpc(parsed);
  if (epc === null) throw new AppError("BAD_CODE", parsed.error?.message ?? "this code names no pack");
  if (wholeClass.test(epc)) throw new AppError("BAD_CODE", "this names a product or a lot, not one pack");
  c.set("pack", {
    gtin: /\/01\/(\d{14})\//.exec(epc)?.[1] ?? null,
    hmac: createHmac("sha256", logKey).update(epc).digest("hex").slice(0, hmacHexDigits),
  });
  return epc;
}
