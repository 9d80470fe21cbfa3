import { setTimeout as pause } from "node:timers/promises";
import type { DemoScan } from "#demo/run.ts";
import { AppError } from "#domain/errors.ts";
import type { Service } from "./start-service.ts";

const waitMs = 120_000;
const pollMs = 100;

/**
 * Waits until everything that came is sealed and final on the chain, and one scan's page tells a final verdict that rests
 * on measured legs. The others rest on the same anchor.
 * @throws AppError UNAVAILABLE when that takes too long, with what is told of it
 */
export async function untilFinal(service: Service, scan: DemoScan, signal: AbortSignal): Promise<void> {
  const deadline = Date.now() + waitMs;
  while (!(await isProjected(service)) && Date.now() < deadline) await pause(pollMs, undefined, { signal });
  await service.anchor?.anchorNow();
  for (let told = await tell(scan.url); !told.isFinal; told = await tell(scan.url)) {
    if (Date.now() > deadline) throw notFinal(scan, told.words, service);
    await pause(pollMs, undefined, { signal });
  }
}

/** Every message that came is judged. */
async function isProjected({ ingest }: Service): Promise<boolean> {
  const status = await ingest?.status();
  return status?.lag?.messages === 0;
}

/** What is told of a pack now, for a person who wonders why it isn't final. */
async function tell(url: string): Promise<{ isFinal: boolean; words: string }> {
  const response = await fetch(url, {
    headers: { accept: "application/json" },
    signal: AbortSignal.timeout(30_000),
  });
  if (!response.ok) return { isFinal: false, words: `status ${response.status}` };
  const { proof, cold } = (await response.json()) as {
    proof: { result: string };
    cold: { state: string; legs: { evidence: string }[] };
  };
  const evidence = cold.legs.map((leg) => leg.evidence);
  return {
    isFinal: proof.result === "VALID_FINAL" && evidence.includes("MEASURED"),
    words: `${proof.result} ${cold.state} ${evidence.join(" ")}`,
  };
}

function notFinal(scan: DemoScan, words: string, { anchor }: Service): AppError {
  const facts = { case: scan.case, told: words, status: anchor?.status() };
  return new AppError("UNAVAILABLE", `no final verdict for the pack ${scan.case}: ${words}`, facts);
}
