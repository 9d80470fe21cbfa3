import { Worker } from "node:worker_threads";
import type { SignatureCheck } from "./check-signature.ts";
import { packChecks } from "./signature-batch.ts";

/** A check, and who waits for its answer. */
export interface Owed {
  readonly check: SignatureCheck;
  readonly resolve: (holds: boolean | Promise<boolean>) => void;
}

/** How a thread ended by itself: what it still owed, whether it ever answered, and what it died of, if that is known. */
export interface Ended {
  readonly owed: readonly Owed[];
  readonly hasAnswered: boolean;
  readonly error: Error | null;
}

/** It keeps nothing from one batch to the next; left to itself, V8 would give it some 7 MB more for what is new. */
const resourceLimits = { maxYoungGenerationSizeMb: 2 };

/**
 * Starts a thread that checks batches, which the returned function sends it. It keeps the process alive only while it owes answers.
 */
export function startChecker(file: URL, whenEnded: (ended: Ended) => void): (batch: readonly Owed[]) => void {
  const worker = new Worker(file, { resourceLimits });
  const underWay: (readonly Owed[])[] = [];
  let hasAnswered = false;
  let error: Error | null = null;
  worker.on("message", (answers: Uint8Array) => {
    hasAnswered = true;
    const batch = underWay.shift() ?? [];
    if (underWay.length === 0) worker.unref();
    for (const [at, { resolve }] of batch.entries()) resolve(answers[at] === 1);
  });
  worker.on("error", (fault: Error) => {
    error = fault;
  });
  worker.on("exit", () => whenEnded({ owed: underWay.flat(), hasAnswered, error }));
  return (batch) => {
    const bytes = packChecks(batch.map(({ check }) => check));
    underWay.push(batch);
    worker.ref();
    worker.postMessage(bytes, [bytes]);
  };
}
