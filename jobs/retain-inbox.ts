import type { Logger } from "pino";
import type { Config } from "#config";
import type { Store } from "#store/connect.ts";
import { allInboxDays, type InboxDay } from "#store/inbox-days.ts";
import { dropDay } from "./drop-day.ts";
import { exportDay } from "./export-day.ts";
import { removeAbandoned } from "./export-folder.ts";
import { reasonToKeep } from "./reason-to-keep.ts";

/** What retention goes by and works with. */
export interface RetentionParts {
  readonly store: Store;
  readonly clock: () => number;
  readonly log: Logger;
  readonly config: Pick<Config, "inboxKeepDays" | "exportDir" | "offlineBackdatingMs">;
}

const dayMs = 86_400_000;

/**
 * Moves days of the inbox out of the database (design §4): an old day that is sealed and anchored is exported to a file,
 * and dropped once the file's hash is anchored too. Each pass goes on where the last one ended, also one that was killed.
 */
export class InboxRetention {
  readonly #parts: RetentionParts;
  readonly #said = new Map<number, string>();

  constructor(parts: RetentionParts) {
    this.#parts = parts;
  }

  /** Takes every old day as far as it can go now; a day that can't go on doesn't hold up the others. */
  async pass(signal: AbortSignal): Promise<void> {
    const { store, clock, config } = this.#parts;
    if (config.inboxKeepDays === 0) return;
    await removeAbandoned(config.exportDir, Date.now());
    const today = Math.floor(clock() / dayMs);
    const days = await store.as({ role: "worker" }, allInboxDays);
    for (const day of days.slice(0, -1)) {
      if (signal.aborted) return;
      if (day.state === "exported") await this.#attempt(day, () => this.#drop(day));
      const isOld = today - day.day > config.inboxKeepDays;
      if (day.state === "open" && isOld) await this.#attempt(day, () => this.#export(day, signal));
    }
  }

  async #export(day: InboxDay, signal: AbortSignal): Promise<void> {
    const { store, config, log } = this.#parts;
    const { part } = day;
    const reason = await store.as({ role: "worker" }, (tx) =>
      reasonToKeep(tx, part, config.offlineBackdatingMs),
    );
    if (reason !== null) {
      this.#say(part, reason, () => log.info({ part, reason }, "an old day of the inbox stays for now"));
      return;
    }
    log.info({ part }, "a day of the inbox is being exported");
    const done = await exportDay({ ...this.#parts, exportDir: config.exportDir }, day, signal);
    if (done === null) return;
    this.#said.delete(part);
    log.info({ part, ...done }, "a day of the inbox was exported; it is dropped once its hash is anchored");
  }

  async #drop(day: InboxDay): Promise<void> {
    const { store, config, log } = this.#parts;
    const { part, file } = day;
    const outcome = await dropDay({ store, exportDir: config.exportDir }, day);
    if (outcome === "waits") return;
    this.#said.delete(part);
    if (outcome === "dropped") log.info({ part, file }, "a day of the inbox lies in its file only now");
    else log.error({ part, file }, "the file of an exported day is missing or changed: it is exported again");
  }

  async #attempt(day: InboxDay, work: () => Promise<void>): Promise<void> {
    const { log } = this.#parts;
    try {
      await work();
    } catch (error) {
      if ((error as Error).name === "AbortError") return;
      const words = error instanceof Error ? error.message : String(error);
      this.#say(day.part, words, () =>
        log.error({ part: day.part, err: error }, "a day of the inbox could not be moved to a file"),
      );
    }
  }

  /** Says the same of a day once only. */
  #say(part: number, words: string, tell: () => void): void {
    if (this.#said.get(part) === words) return;
    this.#said.set(part, words);
    tell();
  }
}
