import { createHash } from "node:crypto";
import { inArray, type SQL, sql } from "drizzle-orm";
import type { Tx } from "./connect.ts";
import type { DeadLetter } from "./dead-letters.ts";
import { givenRows } from "./given-rows.ts";
import { joinedBytes } from "./list-of.ts";
import { deadLetters } from "./schema/dead-letters.ts";
import { setAside } from "./schema/set-aside.ts";

/** A day from which on a gateway's dead letters are only counted. */
export interface FullDay {
  readonly tenant: string | null;
  readonly gateway: string;
  /** UTC, YYYY-MM-DD. */
  readonly day: string;
}

/** When letters are kept, and how many rows of one gateway a UTC day may get. */
export interface LetterDay {
  readonly at: number;
  readonly mostADay: number;
}

/** Letters of a day that are the same in everything but their place. */
interface Alike {
  readonly letter: DeadLetter;
  readonly sameness: Uint8Array;
  readonly letters: readonly DeadLetter[];
}

const dayMs = 86_400_000;
/** The inbox keeps every message whole, so a dead letter shows its beginning only. */
const shownBytes = 65_536;
const rowsPerInsert = 1_000;

/**
 * Keeps dead letters for a person to see, in the transaction that moves the projector's cursor, which lets one process
 * in at a time. What is the same counts up within a UTC day, so that a fault that lasts stays among the newest; beyond the
 * day's number one row of the gateway counts the rest. The counts of all rows are the number of letters, and the place of
 * each letter is kept: in its row, or in `set_aside`.
 * @returns days that have just become full
 */
export async function recordDeadLetters(
  tx: Tx,
  letters: readonly DeadLetter[],
  day: LetterDay,
): Promise<FullDay[]> {
  if (letters.length === 0) return [];
  const fresh = await countUp(tx, alike(letters, dateOf(day.at)), day.at);
  const { kept, beyond } = await withinDay(tx, fresh, day);
  const days = daysOf(beyond, day);
  const newDays = await countUp(tx, days, day.at);
  await insertAll(tx, [...kept, ...newDays], day.at);
  const own = new Set(kept.map(({ letter }) => letter));
  await keepPlaces(
    tx,
    letters.filter((letter) => !own.has(letter)),
  );
  return newDays.map(({ letter: { tenant, gateway } }) => ({ tenant, gateway, day: dateOf(day.at) }));
}

function alike(letters: readonly DeadLetter[], date: string): Alike[] {
  const samenessOf = (letter: DeadLetter): Uint8Array => {
    const { tenant, gateway, reason, topic } = letter;
    const words = JSON.stringify([date, tenant, gateway, reason, topic, letter.readingIndex === null]);
    return createHash("sha256").update(words).update("\0").update(letter.payload).digest();
  };
  const groups = new Map<string, { sameness: Uint8Array; letters: DeadLetter[] }>();
  for (const letter of letters) {
    const sameness = samenessOf(letter);
    const key = Buffer.from(sameness).toString("latin1");
    const group = groups.get(key) ?? { sameness, letters: [] };
    group.letters.push(letter);
    groups.set(key, group);
  }
  return [...groups.values()].map((group) => ({ ...group, letter: group.letters[0] as DeadLetter }));
}

/** Counts up those that are there already. @returns the others */
async function countUp(tx: Tx, groups: readonly Alike[], at: number): Promise<Alike[]> {
  if (groups.length === 0) return [];
  const hashes = joinedBytes(groups.map(({ sameness }) => sameness));
  const found = await tx.execute<{ n: number }>(sql`
    update dead_letters as known set count = known.count + given.more, last_at = ${at}
    from ${givenRows(groups, { more: ["int", ({ letters }) => letters.length] })} as given
    where known.sameness = substring(${hashes} from (32 * (given.n - 1) + 1)::int for 32)
    returning given.n`);
  const known = new Set(found.rows.map(({ n }) => Number(n) - 1));
  return groups.filter((_, at) => !known.has(at));
}

/** Those that still have room in their gateway's day, and those that don't. */
async function withinDay(
  tx: Tx,
  groups: readonly Alike[],
  { at, mostADay }: LetterDay,
): Promise<{ kept: Alike[]; beyond: Alike[] }> {
  const gateways = [...new Set(groups.map(({ letter }) => letter.gateway))];
  const used = await countSince(tx, gateways, Math.floor(at / dayMs) * dayMs);
  const kept: Alike[] = [];
  const beyond: Alike[] = [];
  for (const group of groups) {
    const { gateway } = group.letter;
    const rows = used.get(gateway) ?? 0;
    (rows < mostADay ? kept : beyond).push(group);
    used.set(gateway, rows + 1);
  }
  return { kept, beyond };
}

async function countSince(tx: Tx, gateways: readonly string[], since: number): Promise<Map<string, number>> {
  if (gateways.length === 0) return new Map();
  const begins = gateways.map((gateway): SQL => sql`left(${gateway}, 64)`);
  const found = await tx
    .select({ gateway: deadLetters.gateway, rows: sql<number>`count(*)::int` })
    .from(deadLetters)
    .where(
      sql`left(gateway, 64) in (${sql.join(begins, sql`, `)}) and ${inArray(deadLetters.gateway, [...gateways])}
        and at >= ${since} and reason <> 'DAY_FULL'`,
    )
    .groupBy(deadLetters.gateway);
  return new Map(found.map(({ gateway, rows }) => [gateway, rows]));
}

/** For each gateway the one letter that counts what its day has no room for; it is about no message. */
function daysOf(beyond: readonly Alike[], { at, mostADay }: LetterDay): Alike[] {
  const day = dateOf(at);
  const gateways = Map.groupBy(beyond, ({ letter }) => JSON.stringify([letter.tenant, letter.gateway]));
  return [...gateways.values()].map((groups) => {
    const { tenant, gateway } = (groups[0] as Alike).letter;
    const detail = `beyond ${mostADay} on ${day}; the messages themselves are kept`;
    const letter: DeadLetter = {
      ...{ tenant, gateway, reason: "DAY_FULL", detail, topic: "", payload: new Uint8Array() },
      ...{ inboxId: 0, readingIndex: null },
    };
    const sameness = createHash("sha256")
      .update(JSON.stringify([tenant, gateway, "DAY_FULL", day]))
      .digest();
    return { letter, sameness, letters: groups.flatMap(({ letters }) => letters) };
  });
}

async function insertAll(tx: Tx, groups: readonly Alike[], at: number): Promise<void> {
  const rows = groups.map(({ letter: { tenant, topic, payload, ...letter }, sameness, letters }) => ({
    ...{ ...letter, tenantId: tenant, payload: payload.subarray(0, shownBytes), sameness },
    ...{ count: letters.length, at, lastAt: at },
  }));
  for (let from = 0; from < rows.length; from += rowsPerInsert) {
    await tx.insert(deadLetters).values(rows.slice(from, from + rowsPerInsert));
  }
}

/** A message comes to its end in one transaction, so that it has one row here at most. */
async function keepPlaces(tx: Tx, letters: readonly DeadLetter[]): Promise<void> {
  const messages = Map.groupBy(letters, ({ inboxId }) => inboxId);
  const rows = [...messages].map(([inboxId, own]) => ({ inboxId, readings: bitsOf(own) }));
  for (let from = 0; from < rows.length; from += rowsPerInsert) {
    await tx.insert(setAside).values(rows.slice(from, from + rowsPerInsert));
  }
}

function bitsOf(letters: readonly DeadLetter[]): Uint8Array | null {
  const places = letters.flatMap(({ readingIndex }) => readingIndex ?? []);
  if (places.length < letters.length) return null;
  const bits = new Uint8Array((Math.max(...places) >> 3) + 1);
  for (const place of places) bits[place >> 3] = (bits[place >> 3] ?? 0) | (1 << (place & 7));
  return bits;
}

function dateOf(at: number): string {
  return new Date(at).toISOString().slice(0, 10);
}
