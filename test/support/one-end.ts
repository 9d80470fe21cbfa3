/** Whether every message in the inbox came to exactly one end, judged by rows and by counters (design §4). */
import { gunzipSync } from "node:zlib";
import { decode } from "cborg";
import { asc, gt } from "drizzle-orm";
import { toHex } from "#domain/log/bytes.ts";
import { placesOf } from "#store/dead-letters.ts";
import { deadLetters } from "#store/schema/dead-letters.ts";
import { inbox } from "#store/schema/inbox.ts";
import { setAside } from "#store/schema/set-aside.ts";
import { pointOf } from "./gateway-network.ts";
import { endOfTime, type House } from "./ingest-house.ts";

/** One that was only counted shows no bytes. */
interface Letter {
  readonly inboxId: number;
  readonly readingIndex: number | null;
  readonly payload: Uint8Array | null;
}
type Message = typeof inbox.$inferSelect;
/** What the check needs of a house. */
export type Books = Pick<House, "store" | "readings" | "counters" | "points"> & {
  /** The measuring point of a gateway's channel; without it every gateway has one point. */
  readonly pointFor?: (gateway: string, channel: string) => string;
  /** The readings of a message on a foreign topic; null for a native one. */
  readonly foreignReadings?: (message: Message) => Readings | null;
};

/** What the rows of one message come to. */
interface Ends {
  readonly received: number;
  readonly duplicate: number;
}

const worker = { role: "worker" } as const;
const messagesPerPage = 2_000;
const shownBytes = 65_536;
const faultsShown = 20;

/**
 * Every fault there is, in words; none when each message was stored, found a duplicate or set aside, once, and the
 * counters say the same. Wants nothing in flight. Counts readings by a parser of its own, so that it does not believe
 * what it checks.
 */
export async function strayEnds(books: Books): Promise<string[]> {
  const faults: string[] = [];
  const tell = (fault: string) => faults.push(fault);
  const stored = await storedRows(books);
  const letters = await allLetters(books, tell);
  const totals = await judgeMessages(books, stored, letters, tell);
  const rows = { ...totals, stored: stored.count, deadLetter: letters.length, inFlight: 0 };
  const counters = await books.counters();
  for (const [name, value] of Object.entries(rows)) {
    const said = counters?.[name as keyof typeof rows];
    if (said !== value) tell(`the counter ${name} says ${said}, the rows say ${value}`);
  }
  const more = faults.length - faultsShown;
  return more > 0 ? [...faults.slice(0, faultsShown), `and ${more} more`] : faults;
}

/** Judges each message of the inbox by its rows, then the rows that no message accounts for. */
async function judgeMessages(
  books: Books,
  stored: Stored,
  letters: readonly Letter[],
  tell: (fault: string) => void,
): Promise<Ends> {
  const lettersOf = Map.groupBy(letters, ({ inboxId }) => inboxId);
  const seen = new Set<string>();
  let [received, duplicate] = [0, 0];
  for await (const message of allMessages(books)) {
    const sha = `${message.gateway} ${toHex(message.sha256)}`;
    const ends = endsOf(message, lettersOf.get(message.id) ?? [], {
      ...{ stored, cameBefore: seen.has(sha) },
      pointOfChannel: (channel) => (books.pointFor ?? pointOf)(message.gateway, channel),
      readings: () => books.foreignReadings?.(message) ?? readingsIn(message.payload),
      tell: (fault) => tell(`message ${message.id} of ${message.gateway}: ${fault}`),
    });
    lettersOf.delete(message.id);
    seen.add(sha);
    received += ends.received;
    duplicate += ends.duplicate;
  }
  for (const id of lettersOf.keys()) tell(`a dead letter of message ${id}, which the inbox does not hold`);
  for (const [key, id] of stored.unclaimed)
    tell(`reading ${key} says it is of message ${id}, which has none`);
  return { received, duplicate };
}

interface Stored {
  readonly count: number;
  /** Message of each reading, by measuring point and time. */
  readonly messageOf: ReadonlyMap<string, number>;
  /** The same, less those whose message was found to hold them. */
  readonly unclaimed: Map<string, number>;
}

async function storedRows({ readings, points }: Books): Promise<Stored> {
  const messageOf = new Map<string, number>();
  for (const [tenant, own] of Map.groupBy(points, (place) => place.tenant)) {
    const names = own.map(({ point }) => point);
    for (const row of await readings.range({ tenant, points: names, from: 0, to: endOfTime })) {
      messageOf.set(`${row.point} ${row.ts}`, row.inboxId);
    }
  }
  return { count: messageOf.size, messageOf, unclaimed: new Map(messageOf) };
}

/** The letters with rows of their own and those that were only counted, which must be as many as the counts say. */
async function allLetters({ store }: Books, tell: (fault: string) => void): Promise<Letter[]> {
  const { shown, counted } = await store.as(worker, async (tx) => ({
    shown: await tx.select().from(deadLetters),
    counted: await tx.select().from(setAside),
  }));
  const own = shown.filter(({ reason }) => reason !== "DAY_FULL");
  const letters = [
    ...own,
    ...counted.flatMap(placesOf).map((place): Letter => ({ ...place, payload: null })),
  ];
  const sum = shown.reduce((n, { count }) => n + count, 0);
  if (sum !== letters.length) tell(`the letters' counts say ${sum}, their places ${letters.length}`);
  return letters;
}

async function* allMessages({ store }: Books): AsyncGenerator<Message> {
  for (let after = 0; ; ) {
    const page = await store.as(worker, (tx) =>
      tx.select().from(inbox).where(gt(inbox.id, after)).orderBy(asc(inbox.id)).limit(messagesPerPage),
    );
    yield* page;
    const last = page.at(-1);
    if (!last) return;
    after = last.id;
  }
}

/** What one message is judged with. */
interface Bench {
  readonly stored: Stored;
  /** Whether the same gateway sent the same bytes before. */
  readonly cameBefore: boolean;
  pointOfChannel(channel: string): string;
  readings(): Readings | null;
  tell(fault: string): void;
}

function endsOf(message: Message, letters: readonly Letter[], bench: Bench): Ends {
  const { tell } = bench;
  const whole = letters.filter(({ readingIndex }) => readingIndex === null);
  if (whole.length > 0) {
    if (letters.length > 1) tell(`${letters.length} dead letters, one of them for the whole`);
    const shown = message.payload.subarray(0, shownBytes);
    if (!whole.every(({ payload }) => payload === null || Buffer.compare(payload, shown) === 0))
      tell("its dead letter has other bytes");
    return { received: 1, duplicate: 0 };
  }
  if (message.lane === "status") return { received: 0, duplicate: 0 };
  const readings = bench.readings();
  if (!readings) {
    tell("holds no readings and has no dead letter");
    return { received: 0, duplicate: 0 };
  }
  const aside = new Set(letters.map(({ readingIndex }) => readingIndex));
  if (aside.size !== letters.length) tell("two dead letters for one reading");
  return { received: readings.list.length, duplicate: countDuplicates(message, readings, aside, bench) };
}

/** A reading that is neither set aside nor this message's own in the store must be there by another, or by the same bytes. */
function countDuplicates(
  message: Message,
  { list, sent }: Readings,
  aside: ReadonlySet<number | null>,
  { stored, cameBefore, pointOfChannel, tell }: Bench,
): number {
  let duplicate = 0;
  for (const [index, reading] of list.entries()) {
    if (aside.has(index)) continue;
    // A message that came before is a duplicate with all it holds, be it null.
    const { s, up, ts = message.receivedAt - (sent - Number(up)) } = reading ?? {};
    const key = `${pointOfChannel(String(s))} ${Number(ts)}`;
    if (stored.unclaimed.get(key) === message.id) {
      stored.unclaimed.delete(key);
      continue;
    }
    duplicate += 1;
    if (!cameBefore && !stored.messageOf.has(key)) tell(`reading ${index} is nowhere`);
  }
  return duplicate;
}

/** What a message holds of readings, as far as their keys go. */
export interface Readings {
  readonly sent: number;
  readonly list: readonly ({ readonly s?: unknown; readonly ts?: unknown; readonly up?: unknown } | null)[];
}

/** The readings of a native message, whatever it is wrapped in; null when it holds none. */
function readingsIn(payload: Uint8Array, depth = 0): Readings | null {
  const value = parse(payload);
  if (typeof value !== "object" || value === null) return null;
  const { readings, sent, body } = value as Record<string, unknown>;
  if (body !== undefined && depth === 0) {
    return readingsIn(typeof body === "string" ? Buffer.from(body, "base64") : (body as Uint8Array), 1);
  }
  return Array.isArray(readings) ? { sent: Number(sent), list: readings } : null;
}

function parse(payload: Uint8Array): unknown {
  try {
    if (payload[0] === 0x1f && payload[1] === 0x8b) return parse(gunzipSync(payload));
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(payload));
  } catch {
    return parseCbor(payload);
  }
}

function parseCbor(payload: Uint8Array): unknown {
  try {
    return decode(payload);
  } catch {
    return null;
  }
}
