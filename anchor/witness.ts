import type { Logger } from "pino";
import { findCosignature, type WitnessKey } from "#domain/log/cosignature.ts";
import type { Store } from "#store/connect.ts";
import { newestCheckpointWithin, newestCosigned, saveCosignature } from "#store/cosignatures.ts";
import { addCheckpoint } from "./add-checkpoint.ts";
import { type Repeated, repeat } from "./repeat.ts";
import { SayOnce } from "./say-once.ts";
import { consistencyBetween } from "./tree.ts";

/** A witness as the settings name it: where checkpoints are handed in, and its key. */
export interface WitnessAddress {
  readonly url: string;
  readonly key: WitnessKey;
}

/** What keeping up with a witness needs; `durable` is the number of entries that the second place holds. */
export interface WitnessParts {
  readonly store: Store;
  readonly log: Logger;
  readonly durable: () => number;
  /** Between two looks for a new checkpoint; after a failure twice as long each time, up to 10 min. Default: 2 s. */
  readonly pauseMs?: number;
}

const failedPauseMaxMs = 600_000;

/**
 * Hands each new checkpoint to a witness and keeps what it signs; nothing waits for it, and what it misses in between is never
 * sent. Only what the second place holds is handed in: a witness never forgets a tree, so we must not lose it either.
 */
export class Witness {
  readonly #parts: WitnessParts;
  readonly #address: WitnessAddress;
  readonly #steps: SayOnce;
  readonly #stopping = new AbortController();
  readonly #loop: Repeated;
  #knownSize: number | null = null;
  readonly #idlePauseMs: number;
  #pauseMs: number;

  constructor(parts: WitnessParts, address: WitnessAddress) {
    this.#parts = parts;
    this.#address = address;
    this.#steps = new SayOnce(parts.log);
    this.#idlePauseMs = parts.pauseMs ?? 2_000;
    this.#pauseMs = this.#idlePauseMs;
    this.#loop = repeat(() => this.#round());
  }

  /** Ends the request under way. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#loop.stop();
  }

  async #round(): Promise<number> {
    const worked = await this.#steps.attempt(`witness ${this.#address.key.name}`, async () => {
      // A second turn where the witness knew another size than we thought.
      const isTaken = (await this.#handIn()) || (await this.#handIn());
      if (!isTaken) throw new Error("the witness names another size again");
      return true;
    });
    this.#pauseMs = worked === null ? Math.min(2 * this.#pauseMs, failedPauseMaxMs) : this.#idlePauseMs;
    return this.#pauseMs;
  }

  /** False where the witness knows another size of our log, which is noted. */
  async #handIn(): Promise<boolean> {
    const { store, durable } = this.#parts;
    const { key, url } = this.#address;
    const found = await store.as({ role: "worker" }, async (tx) => {
      const oldSize = this.#knownSize ?? (await newestCosigned(tx, key.name));
      const checkpoint = await newestCheckpointWithin(tx, durable());
      if (checkpoint === null || (await newestCosigned(tx, key.name)) >= checkpoint.size) return null;
      if (oldSize > checkpoint.size)
        throw new Error(`the witness knows ${oldSize} entries of our log, we have ${checkpoint.size}`);
      const isSame = oldSize === checkpoint.size;
      return {
        ...checkpoint,
        oldSize,
        proof: isSame ? [] : await consistencyBetween(tx, oldSize, checkpoint.size),
      };
    });
    if (found === null) return true;
    const answer = await addCheckpoint(url, found, this.#stopping.signal);
    if ("knownSize" in answer) {
      this.#knownSize = answer.knownSize;
      return false;
    }
    await this.#keep(found, answer.lines);
    return true;
  }

  async #keep({ size, note }: { size: number; note: string }, lines: string): Promise<void> {
    const { key } = this.#address;
    const body = note.slice(0, note.lastIndexOf("\n\n") + 1);
    const cosignature = findCosignature(lines, body, key);
    if (cosignature === null) throw new Error("the witness's answer is not signed by its key");
    this.#knownSize = size;
    const { line, timeS } = cosignature;
    const row = { witness: key.name, size, line, seenAt: timeS * 1000 };
    await this.#parts.store.as({ role: "worker" }, (tx) => saveCosignature(tx, row));
  }
}
