// A registration being worked out: what is known of the organisation, and what has to change.
import { isDeepStrictEqual } from "node:util";
import type { QueuedEntry } from "#store/pending-entries.ts";
import type { Placement, Register, RegisterRow, RegisterTable } from "#store/register.ts";
import type { Fault } from "./fault.ts";
import type { Terms } from "./settle-time.ts";

/** A secret that was made here; shown once. */
export interface Credential {
  readonly kind: "apiKey" | "mqttPassword" | "person";
  readonly organisation: string;
  readonly id: string;
  readonly secret: string;
}

/** A row to add (`old` null) or to change. */
export interface Save {
  readonly table: RegisterTable;
  readonly subject: string;
  readonly old: object | null;
  readonly row: object;
}

/** A gateway's password as worked out once, since hashing it is slow on purpose; `kept` is what was registered. */
export interface Password {
  readonly kept: string | null;
  readonly hash: string;
  readonly made: string | null;
}

/** A person of the file, known by their mail address; `password` is the file's, or else made. */
export interface Enrolment {
  readonly id: string;
  /** Organisations they belong to now. */
  readonly homes: readonly string[];
  readonly password: string;
  readonly isMade: boolean;
  /** Whether the file gives a member of its organisation another password than they have. */
  readonly isOther: boolean;
}

/** A password that a person is to have: because they enter the organisation, or because the file gives a member another. */
export interface NewPassword {
  readonly id: string;
  readonly email: string;
  readonly name: string;
  readonly password: string;
  readonly isEntrance: boolean;
}

/** One organisation's registration: `register` is as it will be, `before` as it was. */
export interface Draft {
  readonly tenant: string;
  readonly path: string;
  readonly terms: Terms;
  readonly before: Register;
  readonly register: Register;
  readonly saves: Save[];
  readonly moves: { readonly kind: "place" | "correct"; readonly placement: Placement }[];
  readonly entries: QueuedEntry[];
  readonly credentials: Credential[];
  readonly newPasswords: NewPassword[];
  readonly faults: Fault[];
  readonly unchanged: string[];
  /** Times as the file stated them, of rows that change in this run, by subject. */
  readonly stated: Map<string, number>;
  /** By gateway id. */
  readonly passwords: Map<string, Password>;
  /** By mail address. */
  readonly people: ReadonlyMap<string, Enrolment>;
}

/** What a registration starts from; `path` is the organisation's in the file. */
export interface DraftStart extends Pick<Draft, "tenant" | "path" | "before" | "terms"> {
  readonly passwords?: Map<string, Password>;
  readonly people?: ReadonlyMap<string, Enrolment>;
}

/** A registration in which nothing is changed yet. */
export function startDraft(start: DraftStart): Draft {
  const { tenant, path, before, terms, passwords = new Map(), people = new Map() } = start;
  const lists = Object.entries(before).map(([name, rows]) => [name, [...rows]]);
  return {
    tenant,
    path,
    terms,
    before,
    passwords,
    people,
    register: Object.fromEntries(lists) as Register,
    saves: [],
    moves: [],
    entries: [],
    credentials: [],
    newPasswords: [],
    faults: [],
    unchanged: [],
    stated: new Map(),
  };
}

/** A row as the file wants it: `old` is what is registered, `stamp` is set only if anything else differs. */
export interface Wanted<Table extends RegisterTable> {
  readonly table: Table;
  readonly subject: string;
  readonly old: RegisterRow<Table> | undefined;
  readonly next: RegisterRow<Table>;
  readonly stamp?: Partial<RegisterRow<Table>>;
}

/** Notes a row to add or change, or that it stays as it is; true when it is added or changed. */
export function keepRow<Table extends RegisterTable>(draft: Draft, wanted: Wanted<Table>): boolean {
  const { table, subject, old, next, stamp } = wanted;
  if (old !== undefined && isDeepStrictEqual({ ...old }, { ...next })) {
    draft.unchanged.push(subject);
    return false;
  }
  const row = { ...next, ...stamp };
  const rows: RegisterRow<Table>[] = draft.register[table];
  if (old === undefined) rows.push(row);
  else rows[rows.indexOf(old)] = row;
  draft.saves.push({ table, subject, old: old ?? null, row });
  return true;
}
