/** Which lot a pack is of, and that its bundle shows the lot's stream: a recall stands nowhere else in the log. */
import { lotInCode } from "../codes/lot-in-code.ts";
import { streamOf } from "./entry.ts";
import { isWhole, type ProvedStream, StreamFault } from "./open-streams.ts";
import { lotSubject } from "./subjects.ts";

/** A lot of a product. */
export interface Lot {
  readonly gtin: string;
  readonly lot: string;
}

/** Why a proof is refused whose pack is of another lot than the label in hand says. */
export const otherLotReason = "the bundle is about a pack of another lot";

/**
 * The lot that the caller's code carries (GS1 AI 10), else the first one that the code's own stream names; null where
 * nobody names one and nothing is hidden that might.
 * @throws StreamFault SUBJECT_MISMATCH where code and bundle name different lots; BAD_PATH where an entry that isn't opened
 * may name the lot, or the lot's stream is left out
 */
export function proveLot(
  streams: ReadonlyMap<string, ProvedStream>,
  subject: string,
  code: string | undefined,
): Lot | null {
  const carried = code === undefined ? null : lotInCode(code);
  const { gtin, lot, mayBeHidden } = namedIn(subject, streams.get(streamOf(subject))?.entries ?? []);
  if (carried !== null && lot !== null && carried !== lot)
    throw new StreamFault("SUBJECT_MISMATCH", otherLotReason);
  if (carried === null && mayBeHidden)
    throw new StreamFault("BAD_PATH", "the bundle does not open what may name the code's lot");
  const found = carried ?? lot;
  if (gtin === null || found === null) return null;
  const stream = streams.get(streamOf(lotSubject(gtin, found)));
  // Whoever made the bundle may not have known a lot that only the label tells: it holds, and a recall may be hidden.
  const isNeeded = stream !== undefined || lot !== null || mayBeHidden;
  if (isNeeded && (stream === undefined || !isWhole(stream)))
    throw new StreamFault("BAD_PATH", "the bundle leaves out the stream of the code's lot, or a part of it");
  return { gtin, lot: found };
}

/** A China code's product is named in its stream too. What isn't opened counts until both are known. */
function namedIn(subject: string, entries: ProvedStream["entries"]) {
  let gtin = /\/01\/(\d{14})\//.exec(subject)?.[1] ?? null;
  let lot: string | null = null;
  let mayBeHidden = false;
  for (const { body } of entries) {
    if (gtin !== null && lot !== null) break;
    mayBeHidden ||= body === undefined;
    gtin ??= textIn(body, "gtin");
    lot ??= textIn(body, "lot");
  }
  return { gtin, lot, mayBeHidden };
}

function textIn(body: unknown, name: "gtin" | "lot"): string | null {
  const value = (body as Readonly<Record<string, unknown>> | null | undefined)?.[name];
  return typeof value === "string" ? value : null;
}
