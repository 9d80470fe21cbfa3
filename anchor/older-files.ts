import { readEntries } from "#store/entries.ts";
import { MirrorAudit } from "./audit/audit-mirror.ts";
import { leafOf } from "./audit/check-entry.ts";
import type { Mirror } from "./mirror.ts";
import { entriesPerFile } from "./mirror-line.ts";
import type { AnchorContext } from "./settings.ts";

const filesAtOnce = 4;

/**
 * Looks at the files of the second place in turn, a few a round, as `fsck` would: not only the newest may be taken away or changed,
 * and records that are changed differ from them too. Nothing is mended here: which of the two is right, a person decides.
 */
export class OlderFiles {
  readonly #context: AnchorContext;
  #next = 0;
  #looked = 0;
  #isSeen = false;
  #trouble: string | null = null;

  constructor(context: AnchorContext) {
    this.#context = context;
    // Anywhere: a process that is started often would never come to the last ones.
    this.#next = Math.floor(context.clock() / 1000);
  }

  /** What differs, in words; null where nothing does as far as it was looked at. */
  get trouble(): string | null {
    return this.#trouble;
  }

  /** Whether all of it was looked at since the start, and nothing differs. */
  get isWhole(): boolean {
    return this.#isSeen && this.#trouble === null;
  }

  /** Holds the next files against the records; one that differs is looked at again until it doesn't. */
  async lookOn(mirror: Mirror): Promise<void> {
    const files = Math.ceil(mirror.size / entriesPerFile);
    for (let at = 0; at < Math.min(filesAtOnce, files); at += 1) {
      // Emptied as a whole it is filled again, by the next round.
      if (!mirror.isAsLeft()) return;
      this.#become(await this.#differing(mirror.size, this.#next % files));
      if (this.#trouble !== null) return;
      this.#next += 1;
      this.#looked += 1;
      this.#isSeen ||= this.#looked >= files;
    }
    this.#isSeen ||= files === 0;
  }

  async #differing(size: number, file: number): Promise<string | null> {
    const { store, config } = this.#context;
    const from = file * entriesPerFile;
    const limit = Math.min(entriesPerFile, size - from);
    const rows = await store.as({ role: "worker" }, (tx) => readEntries(tx, from, limit));
    const audit = new MirrorAudit(config.mirrorDir, size);
    await audit.add(rows, rows.map(leafOf));
    return audit.findings[0]?.detail ?? null;
  }

  #become(trouble: string | null): void {
    const { log } = this.#context;
    if (trouble !== null && trouble !== this.#trouble)
      log.error(
        { detail: trouble },
        "the second place and the records differ: run fsck, and see which is right",
      );
    if (trouble === null && this.#trouble !== null)
      log.info("the second place holds again what the records do");
    this.#trouble = trouble;
  }
}
