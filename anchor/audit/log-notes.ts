import type { LogEntry } from "#store/entries.ts";
import { equipmentSubject } from "../equipment-rosters.ts";
import { headsSubject } from "../heads-keeper.ts";
import type { HeadsBody } from "../plan-checkpoint.ts";
import type { TimedRange } from "./audit-message-times.ts";

const equipmentPrefix = equipmentSubject("");

/** What a check keeps of the log while it is replayed; equipment by the names that `names` gives to labels. */
export class LogNotes {
  readonly ranges: TimedRange[] = [];
  /** The end of each equipment's newest window. */
  readonly sealedTo = new Map<string, number>();
  /** Subjects of equipment that the register doesn't know. */
  readonly strangers = new Set<string>();
  /** Messages that lie between those of two `heads` entries, ends included: none of them covers these. */
  readonly uncovered: { readonly from: number; readonly to: number }[] = [];
  /** The last message that was sealed before the checked time, 0 without one. */
  before = 0;
  /** How many entries were replayed: what was appended since is on its way. */
  entries = 0;
  /** The last message that any `heads` entry covers, 0 without one. */
  covered = 0;
  /** Since when the first entry after the newest `heads` entry waits for the next one; null where none does. */
  openSince: number | null = null;
  readonly #names: ReadonlyMap<string, string>;
  readonly #from: number;

  constructor(names: ReadonlyMap<string, string>, from: number) {
    this.#names = names;
    this.#from = from;
  }

  /** Notes the next entry. @throws SyntaxError on a body that can't be read */
  add(row: LogEntry): void {
    this.entries = row.index + 1;
    if (row.subject.startsWith(equipmentPrefix)) this.#addOf(row.subject.slice(equipmentPrefix.length), row);
    if (row.subject === headsSubject) this.#addHeads(row);
    else this.openSince ??= row.appendedAt;
  }

  #addOf(label: string, row: LogEntry): void {
    const name = this.#names.get(label);
    if (name === undefined) this.strangers.add(row.subject);
    else if (row.kind === "segment" || row.kind === "late")
      this.sealedTo.set(name, Math.max(row.toMs, this.sealedTo.get(name) ?? row.toMs));
  }

  #addHeads(row: LogEntry): void {
    this.openSince = null;
    if (row.body === null) return;
    const { inbox } = JSON.parse(row.body) as HeadsBody;
    if (inbox.from > this.covered + 1) this.uncovered.push({ from: this.covered + 1, to: inbox.from - 1 });
    this.covered = Math.max(this.covered, inbox.to);
    const after = row.fromMs === row.toMs ? null : row.fromMs;
    if (row.toMs >= this.#from) this.ranges.push({ ...inbox, after, until: row.toMs });
    else this.before = inbox.to;
  }
}
