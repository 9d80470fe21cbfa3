import { toHex } from "#domain/log/bytes.ts";
import { ChainView, sealDigest } from "#domain/log/chain-view.ts";
import type { Store } from "#store/connect.ts";
import { type Seal, sealsFrom } from "#store/seals.ts";
import { openingOfSeal } from "../opening-of-seal.ts";
import type { CheckedChain } from "./audit-chain.ts";
import type { Finding } from "./finding.ts";
import type { PublicRoot } from "./replay-log.ts";

/** What holding the days' seals against the contract came to: `roots` are those the contract vouches for. */
export interface AuditedSeals {
  readonly findings: readonly Finding[];
  readonly roots: readonly PublicRoot[];
}

const dayMs = 86_400_000;
/** No contract of this project is older: from this day on all seals are asked for, whatever the records say. */
const firstDay = Date.UTC(2026, 0, 1) / dayMs;

/** Holds the openings of the days' seals that the records keep against the digests in the contract (design §5), both ways. */
export async function auditSeals(store: Store, { rpc, trust }: CheckedChain): Promise<AuditedSeals> {
  const kept = await store.as({ role: "worker" }, (tx) => sealsFrom(tx, 0));
  if (rpc === null || trust === null) return { findings: [], roots: [] };
  const view = new ChainView(rpc, trust.contract, trust.logId);
  const today = Math.floor((await view.blockAt("latest")).at / dayMs);
  const digests = await view.seals(Math.min(kept[0]?.day ?? firstDay, firstDay), today);
  const [right, wrong] = [true, false].map((is) => kept.filter((seal) => opens(seal, digests) === is));
  const fresh = await notKeptYet(store, kept.at(-1)?.day ?? 0, digests);
  const known = new Set([...kept, ...fresh].map(({ day }) => day));
  const unknown = [...digests.keys()].filter((day) => !known.has(day));
  return {
    findings: [
      ...(wrong ?? []).map(({ day }) => differs(day, "is not the one that the contract holds")),
      ...unknown.map((day) => differs(day, "is in the contract, and the records have no opening of it")),
    ],
    roots: [...(right ?? []), ...fresh].map(({ day, size, root }) => ({
      size,
      root,
      where: `the seal of ${dayText(day)}`,
    })),
  };
}

/** From a day's first anchor to the round after it only the contract has the seal; our own anchors open it. */
async function notKeptYet(
  store: Store,
  after: number,
  digests: ReadonlyMap<number, string>,
): Promise<Seal[]> {
  const opened: Seal[] = [];
  for (const [day, digest] of digests) {
    if (day <= after) continue;
    const seal = await store.as({ role: "worker" }, (tx) => openingOfSeal(tx, day, digest));
    if (seal !== null) opened.push(seal);
  }
  return opened;
}

function opens(seal: Seal, digests: ReadonlyMap<number, string>): boolean {
  return digests.get(seal.day) === sealDigest({ ...seal, root: toHex(seal.root) });
}

function differs(day: number, words: string): Finding {
  return {
    kind: "SEAL_DIFFERS",
    equipment: null,
    window: null,
    detail: `the seal of ${dayText(day)} ${words}`,
  };
}

function dayText(day: number): string {
  return new Date(day * dayMs).toISOString().slice(0, 10);
}
