import { canonicalEpc } from "#domain/codes/epc.ts";
import { lotInCode } from "#domain/codes/lot-in-code.ts";
import { parseCode } from "#domain/codes/parse.ts";
import { findPackStates, type PackState, recalledLots } from "#store/packs.ts";
import type { Context } from "../context.ts";

/** What is recorded of one code; only the full answer (`/v1/provenance/{code}`) says what of it is proved. */
export interface PackCheck {
  readonly code: string;
  readonly epc: string | null;
  readonly state:
    | "UNREADABLE"
    | "UNKNOWN"
    | "IN_TRADE"
    | "SOLD"
    | "SOLD_SEVERAL_TIMES"
    | "RECALLED"
    | "EXPIRED";
  readonly sold: number;
  readonly expiry: string | null;
  readonly step: string | null;
  readonly disposition: string | null;
  /** Time of the newest statement, epoch ms. */
  readonly at: number | null;
}

const dayMs = 86_400_000;

/**
 * What is recorded of these codes, in their order, by one look into the packs' projection. A recorded pack of which no
 * statement names the lot is of the lot that its code carries.
 */
export async function checkPacks(
  { store, clock }: Pick<Context, "store" | "clock">,
  codes: readonly string[],
): Promise<PackCheck[]> {
  const epcs = codes.map((code) => canonicalEpc(parseCode(code)));
  const wanted = [...new Set(epcs)].filter((epc) => epc !== null);
  const { packs, recalled } = await recordsOf(store, wanted);
  const now = clock();
  return codes.map((code, index) => {
    const epc = epcs[index] ?? null;
    const pack = packs.get(epc ?? "");
    const isByLabel = pack?.lot === null && recalled.has(nameOf({ gtin: pack.gtin, lot: lotInCode(code) }));
    return tellPack(code, epc, isByLabel ? { ...pack, recalled: true } : pack, now);
  });
}

/** The packs by EPC, and what lots are recalled where of one of them no statement names the lot: its label may. */
async function recordsOf(store: Context["store"], epcs: readonly string[]) {
  return await store.as({ role: "worker" }, async (tx) => {
    const found = await findPackStates(tx, epcs);
    const lots = found.some(({ lot }) => lot === null) ? await recalledLots(tx) : [];
    return {
      packs: new Map(found.map((pack) => [pack.epc, pack])),
      recalled: new Set(lots.map(nameOf)),
    };
  });
}

function nameOf({ gtin, lot }: Pick<PackState, "gtin" | "lot">): string {
  return JSON.stringify([gtin, lot]);
}

function tellPack(code: string, epc: string | null, pack: PackState | undefined, now: number): PackCheck {
  if (pack === undefined) {
    const nothing = { sold: 0, expiry: null, step: null, disposition: null, at: null };
    return { code, epc, state: epc === null ? "UNREADABLE" : "UNKNOWN", ...nothing };
  }
  const { sold, expiry, step, disposition, at } = pack;
  return { code, epc, state: stateOf(pack, now), sold, expiry, step, disposition, at };
}

/** What matters most for whoever holds the pack comes first. */
function stateOf({ recalled, sold, expiry }: PackState, now: number): PackCheck["state"] {
  if (recalled) return "RECALLED";
  if (sold > 1) return "SOLD_SEVERAL_TIMES";
  if (expiry !== null && now >= Date.parse(`${expiry}T00:00:00Z`) + dayMs) return "EXPIRED";
  return sold === 1 ? "SOLD" : "IN_TRADE";
}
