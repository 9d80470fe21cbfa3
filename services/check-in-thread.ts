import type { SignatureCheck } from "./check-signature.ts";
import { type Ended, type Owed, startChecker } from "./start-checker.ts";

/** A message there and back takes some 40 µs of the processor, and more on a busy thread: less than 1 µs a check. */
const batchMax = 64;
/** Of threads that end by themselves, no more than so many are started. */
const threadsMax = 3;

/**
 * Checks in a thread of its own, started at the first check. What is asked for in one turn goes in batches. When the thread ends by
 * itself, what it owes is checked `otherwise`, as is everything once no new one is started: where one never answered, none will.
 */
export function checkInThread(
  file: URL,
  otherwise: (check: SignatureCheck) => Promise<boolean>,
): (check: SignatureCheck) => Promise<boolean> {
  let gathered: Owed[] = [];
  let send: ((batch: readonly Owed[]) => void) | null = null;
  let threadsLeft = threadsMax;
  const checkOtherwise = (batch: readonly Owed[]): void => {
    for (const { check, resolve } of batch) resolve(otherwise(check));
  };
  const whenEnded = ({ owed, hasAnswered, error }: Ended): void => {
    send = null;
    threadsLeft = hasAnswered ? threadsLeft - 1 : 0;
    if (threadsLeft === 0) tellLast(error);
    checkOtherwise(owed);
  };
  const sendGathered = (): void => {
    const batch = gathered;
    gathered = [];
    if (batch.length === 0) return;
    (threadsLeft > 0 ? (send ?? start()) : checkOtherwise)(batch);
  };
  const start = () => {
    try {
      send = startChecker(file, whenEnded);
      return send;
    } catch (error) {
      // The system gives out no more threads.
      whenEnded({ owed: [], hasAnswered: false, error: error as Error });
      return checkOtherwise;
    }
  };
  return (check) =>
    new Promise((resolve) => {
      gathered.push({ check, resolve });
      if (gathered.length === 1) queueMicrotask(sendGathered);
      if (gathered.length === batchMax) sendGathered();
    });
}

function tellLast(error: Error | null): void {
  const detail = error?.message ?? "it ended without a word";
  process.emitWarning("no thread for signatures is left; OpenSSL checks them from now on", { detail });
}
