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
  /** The last message that was sealed before the checked time, 0 without one. */
  before = 0;
  readonly #names: ReadonlyMap<string, string>;
  readonly #from: number;

  constructor(names: ReadonlyMap<string, string>, from: number) {
    this.#names = names;
    this.#from = from;
  }

  /** Notes the next entry. @throws SyntaxError on a body that can't be read */
  add(row: LogEntry): void {
    if (row.subject.startsWith(equipmentPrefix)) this.#addOf(row.subject.slice(equipmentPrefix.length), row);
    if (row.subject !== headsSubject || row.body === null) return;
    const { inbox } = JSON.parse(row.body) as HeadsBody;
    const after = row.fromMs === row.toMs ? null : row.fromMs;
    if (row.toMs >= this.#from) this.ranges.push({ ...inbox, after, until: row.toMs });
    else this.before = inbox.to;
  }

  #addOf(label: string, row: LogEntry): void {
    const name = this.#names.get(label);
    if (name === undefined) this.strangers.add(row.subject);
    else if (row.kind === "segment" || row.kind === "late")
      this.sealedTo.set(name, Math.max(row.toMs, this.sealedTo.get(name) ?? row.toMs));
  }
}
