import { setTimeout as pause } from "node:timers/promises";
import type { DemoScan } from "#demo/run.ts";
import { AppError } from "#domain/errors.ts";
import { readUnsealedWindows } from "#store/windows.ts";
import type { Service } from "./start-service.ts";

const waitMs = 120_000;
const pollMs = 500;

/**
 * Waits until every scan has a final verdict that rests on measured legs, asking the page's own address.
 * @throws AppError UNAVAILABLE when that takes too long
 */
export async function untilFinal(
  service: Service,
  scans: readonly DemoScan[],
  signal: AbortSignal,
): Promise<void> {
  const deadline = Date.now() + waitMs;
  while (!(await isSealed(service)) && Date.now() < deadline) await pause(pollMs, undefined, { signal });
  await service.anchor?.anchorNow();
  for (const scan of scans) {
    while (!(await isFinal(scan.url))) {
      if (Date.now() > deadline) {
        throw new AppError("UNAVAILABLE", `no final verdict for ${scan.url}`, {
          status: service.anchor?.status(),
        });
      }
      await pause(pollMs, undefined, { signal });
    }
  }
}

/** Every message is judged, and no window waits to be sealed again for readings that came late. */
async function isSealed({ ingest, store }: Service): Promise<boolean> {
  const status = await ingest?.status();
  if (status?.lag?.messages !== 0) return false;
  return (await store.as({ role: "worker" }, (tx) => readUnsealedWindows(tx, 1))).length === 0;
}

async function isFinal(url: string): Promise<boolean> {
  const response = await fetch(url, {
    headers: { accept: "application/json" },
    signal: AbortSignal.timeout(30_000),
  });
  if (!response.ok) return false;
  const answer = (await response.json()) as {
    proof: { result: string };
    cold: { legs: { evidence: string }[] };
  };
  return answer.proof.result === "VALID_FINAL" && answer.cold.legs.some((leg) => leg.evidence === "MEASURED");
}
