/** The answer to "what is its state?": recalled, sold, expired or on hold; never better for what a bundle does not show. */
import { streamOf } from "#domain/log/entry.ts";
import { isWhole, type ProvedStream } from "#domain/log/open-streams.ts";
import { lotSubject } from "#domain/log/subjects.ts";
import type { ProvedContents } from "#domain/log/verify.ts";
import type { Answer, PackState, Reason } from "./answer.ts";
import type { EventBody } from "./bodies.ts";
import { isHiding } from "./timely-events.ts";

/** What is recorded but not sealed yet; it can only make the state worse. */
export interface LiveState {
  readonly seen: boolean;
  readonly soldCount: number;
  readonly recalled: boolean;
}

interface Findings {
  readonly soldCount: number;
  readonly isRecalled: boolean;
  readonly isExpired: boolean;
  readonly isHeld: boolean;
  /** A statement that isn't shown may be a sale, one about the lot a recall. */
  readonly isHiding: boolean;
}

/** The state by what is shown of the code's and its lot's streams, as of the newest proven anchor (epoch ms). */
export function tellState(
  contents: ProvedContents,
  events: readonly EventBody[],
  asOf: number,
  live: LiveState | undefined,
): Answer["state"] {
  const sealed = events.filter((event) => event.step === "dispensing" && event.corrects === undefined).length;
  const expiry = events.find((event) => event.expiry !== undefined)?.expiry;
  const found: Findings = {
    soldCount: Math.max(sealed, live?.soldCount ?? 0),
    isRecalled: live?.recalled === true || isLotRecalled(lotStreamOf(contents)),
    isExpired: expiry !== undefined && asOf >= Date.parse(`${expiry}T00:00:00Z`) + 86_400_000,
    isHeld: holds.has(events.at(-1)?.disposition ?? ""),
    isHiding: isStatementHidden(contents),
  };
  const isSeen = events.length > 0 || live?.seen === true;
  if (!isSeen && !found.isRecalled)
    return { state: "UNKNOWN", soldCount: 0, reasons: [{ code: unseenReason(contents) }] };
  const reasons: Reason[] = [];
  if (found.isRecalled) reasons.push({ code: "LOT_RECALLED" });
  if (found.isExpired) reasons.push({ code: "PAST_EXPIRY" });
  if (expiry === undefined) reasons.push({ code: "EXPIRY_NOT_STATED" });
  if (found.isHeld) reasons.push({ code: "HELD" });
  reasons.push(...saleReasons(found));
  if (found.soldCount > sealed) reasons.push({ code: "NOT_SEALED_YET" });
  return { state: worstOf(found), soldCount: found.soldCount, reasons };
}

/** Why nothing can be said of a code that no statement shown here is about. */
export function unseenReason(contents: ProvedContents): "NEVER_SEEN" | "STATEMENTS_NOT_SHOWN" {
  return isStatementHidden(contents) ? "STATEMENTS_NOT_SHOWN" : "NEVER_SEEN";
}

const holds: ReadonlySet<string> = new Set(["recalled", "damaged", "non_sellable_other", "quarantined"]);

/** What is shown to be bad stays so; "in trade" and "sold once" need every statement to be shown. */
function worstOf({ isRecalled, soldCount, isExpired, isHeld, isHiding }: Findings): PackState {
  if (isRecalled) return "RECALLED";
  if (soldCount > 1) return "SOLD_SEVERAL_TIMES";
  if (isExpired) return "EXPIRED";
  if (isHeld) return "ON_HOLD";
  if (isHiding) return "UNKNOWN";
  return soldCount === 1 ? "SOLD" : "IN_TRADE";
}

function saleReasons({ soldCount, isHiding }: Findings): Reason[] {
  const several: Reason[] =
    soldCount > 1 ? [{ code: "SOLD_SEVERAL_TIMES", facts: { count: soldCount } }] : [];
  if (isHiding) return [{ code: "STATEMENTS_NOT_SHOWN" }, ...several];
  return soldCount > 1 ? several : [{ code: soldCount === 1 ? "SOLD_ONCE" : "NOT_SOLD_YET" }];
}

/**
 * Of the lot a header is enough, since its kind says what it is; of the code a sale is told by the body alone. A stream
 * that isn't there, not even proved absent, may hold anything.
 */
function isStatementHidden(contents: ProvedContents): boolean {
  const code = contents.streams.get(streamOf(contents.subject));
  const isCodeHiding = code === undefined || isHiding(code);
  return isCodeHiding || (contents.lot !== null && isLotHiding(lotStreamOf(contents)));
}

function isLotHiding(lot: ProvedStream | undefined): boolean {
  return lot === undefined || !isWhole(lot) || lot.entries.some(({ header }) => header === null);
}

/** A recall stands until it is lifted; both stay in the lot's stream for ever. */
function isLotRecalled(lot: ProvedStream | undefined): boolean {
  const kinds = (lot?.entries ?? []).map((entry) => entry.header?.kind);
  return kinds.lastIndexOf("recall") > kinds.lastIndexOf("recall-lifted");
}

function lotStreamOf({ lot, streams }: ProvedContents): ProvedStream | undefined {
  return lot === null ? undefined : streams.get(streamOf(lotSubject(lot.gtin, lot.lot)));
}
