import { setTimeout as pause } from "node:timers/promises";
import type { Answer } from "#domain/provenance/answer.ts";

/** What a case's page says first (`headline.<key>` in the catalogues), and the legs of its way that were not kept cold. */
export interface CaseWords {
  readonly key:
    | "good"
    | "goodSold"
    | "warm"
    | "cold"
    | "gap"
    | "recalled"
    | "soldSeveral"
    | "sinceOnly"
    | "packaged"
    | "calibration";
  readonly legs: readonly Answer["cold"]["legs"][number]["state"][];
}

const kept = [] as const;

/** Every case of demo.json as it is told once its whole history is in. */
export const cases: Readonly<Record<string, CaseWords>> = {
  good: { key: "good", legs: kept },
  "good-china-code": { key: "good", legs: kept },
  dispensed: { key: "goodSold", legs: kept },
  "on-its-way": { key: "good", legs: kept },
  warm: { key: "warm", legs: ["EXCURSION"] },
  frozen: { key: "cold", legs: ["EXCURSION"] },
  silent: { key: "gap", legs: ["NOT_DEMONSTRABLE"] },
  recalled: { key: "recalled", legs: kept },
  "sold-twice": { key: "soldSeveral", legs: kept },
  "opening-stock": { key: "sinceOnly", legs: kept },
  "home-delivery": { key: "packaged", legs: ["NOT_DEMONSTRABLE"] },
  "calibration-expired": { key: "calibration", legs: ["NOT_DEMONSTRABLE"] },
  backfilled: { key: "good", legs: kept },
};

/** The case `backfilled` as long as its gateway is offline. */
export const stillOffline: CaseWords = { key: "gap", legs: ["NOT_DEMONSTRABLE"] };

const pollMs = 500;

/**
 * Waits until a pack's page tells these legs with a final proof. On a loaded machine windows are sealed while the
 * history is still coming in, and sealed again afterwards; the pages change once more then.
 * @throws Error with what was told last, when that takes longer than `mostMs`
 */
export async function untilTold(url: string, { legs }: CaseWords, mostMs = 90_000): Promise<void> {
  const deadline = Date.now() + mostMs;
  for (;;) {
    const response = await fetch(url, { headers: { accept: "application/json" } });
    const text = await response.text();
    const { cold, proof } = (response.ok ? JSON.parse(text) : {}) as Partial<Answer>;
    const notKept = cold?.legs.map(({ state }) => state).filter((state) => state !== "COMPLIANT");
    if (proof?.result === "VALID_FINAL" && String(notKept) === String(legs)) return;

    if (Date.now() > deadline) throw new Error(`${url} is never told so: ${text.slice(0, 2_000)}`);
    await pause(pollMs);
  }
}
