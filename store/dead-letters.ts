import { and, desc, eq, getTableColumns, gte, inArray, lt, lte, or, sql } from "drizzle-orm";
import type { Tx } from "./connect.ts";
import { deadLetters } from "./schema/dead-letters.ts";
import { inbox } from "./schema/inbox.ts";
import { setAside } from "./schema/set-aside.ts";

/** The closed list of reasons for which a message or a reading is set aside, each with its cure in one line. */
export const deadLetterCures = {
  WRONG_TOPIC:
    "Publish to coldmark/v1/{own gateway id}/data, /hist or /status, or to the topics of the gateway's registered source.",
  RETAINED: "Publish readings without MQTT's RETAIN flag, and send these again so; only status is retained.",
  TOO_LARGE: "Send fewer readings in one message (the limits are 256 KiB, and 2 MiB once unpacked).",
  MALFORMED:
    "Send one JSON object in UTF-8 or one CBOR map, perhaps gzipped: no byte order mark, no duplicate keys, at most 8 levels deep.",
  BAD_SHAPE:
    'Send {"v":1,"boot":…,"seq":…,"sent":…,"readings":[…]} with whole numbers from 1 for boot and seq.',
  TOO_MANY_READINGS: "Send 1 to 5,000 readings in one message.",
  UNKNOWN_GATEWAY: "Register the gateway; its id is the third level of the topic.",
  REVOKED_GATEWAY: "This gateway was revoked; register a new one.",
  SIGNATURE_REQUIRED: "This gateway is set to signature required: sign the message.",
  UNKNOWN_KEY: "Enrol the key named by kid for this gateway; a revoked key must be replaced.",
  BAD_SIGNATURE: "Sign coldmark/msg/1, 0x00, the topic, 0x00 and the exact body bytes with the enrolled key.",
  SEQ_CONFLICT: "A seq may carry one message only: send the same bytes again, or start a new boot.",
  UNKNOWN_SENSOR: "Register a sensor with this channel on this gateway; of a source it is {device}/{value}.",
  BAD_VALUE:
    "Send t, rh, lat and lon as finite JSON numbers, door and power as booleans, err as a short code.",
  BAD_UNIT: "Send the temperature's unit as the gateway's source registers it, or register the word for it.",
  IMPLAUSIBLE: "Check the probe: a temperature lies in -90…+150 °C, a humidity in 0…100 %.",
  FUTURE_TIME: "Set the gateway's clock: the reading lies more than 5 minutes in the future.",
  NO_CLOCK: "Send ts (epoch ms), or up together with sent on the same clock, at once and on the data topic.",
  CONFLICT: "The measuring point has another value for this time; the first one stays.",
  TOO_MANY_BOOTS:
    "Keep boot and seq over a restart and raise boot only when the numbering is lost; new ones are taken again the next day (UTC).",
  STORE_REFUSED: "The readings store refused this reading for good; the detail says why.",
  DAY_FULL: "Mend what the gateway's other dead letters of that day say; this one only counts the rest.",
} as const;

/** Why a message or a reading could not be used. */
export type DeadLetterReason = keyof typeof deadLetterCures;

/** One message (`readingIndex` null) or one of its readings that could not be used. */
export interface DeadLetter {
  readonly tenant: string | null;
  readonly gateway: string;
  readonly topic: string;
  readonly inboxId: number;
  readonly readingIndex: number | null;
  readonly reason: DeadLetterReason;
  readonly detail: string;
  readonly payload: Uint8Array;
}

/** A dead letter as its owner sees it: the first bytes of it and how many were kept. */
export type ListedDeadLetter = Omit<typeof deadLetters.$inferSelect, "tenantId" | "sameness"> & {
  readonly bytes: number;
};

/** The organisation's dead letters, newest first, after the last one seen; no more than `payloadBytes` of each. */
export async function listDeadLetters(
  tx: Tx,
  tenant: string,
  page: { limit: number; payloadBytes: number; after?: { at: number; id: number } },
): Promise<ListedDeadLetter[]> {
  const { tenantId, sameness, ...columns } = getTableColumns(deadLetters);
  const { at, id, lastAt } = deadLetters;
  const { after } = page;
  return tx
    .select({
      ...columns,
      lastAt: sql<number>`greatest(${lastAt}, ${at})`.mapWith(lastAt),
      payload: sql<Uint8Array>`substring(${deadLetters.payload} from 1 for ${page.payloadBytes})`.mapWith(
        deadLetters.payload,
      ),
      bytes: sql<number>`octet_length(${deadLetters.payload})`.mapWith(Number),
    })
    .from(deadLetters)
    .where(
      and(
        eq(tenantId, tenant),
        after === undefined ? undefined : or(lt(at, after.at), and(eq(at, after.at), lt(id, after.id))),
      ),
    )
    .orderBy(desc(at), desc(id))
    .limit(page.limit);
}

/** The topics these messages came on, by inbox id. For the worker role: the inbox belongs to no organisation. */
export async function topicsOf(tx: Tx, inboxIds: readonly number[]): Promise<Map<number, string>> {
  if (inboxIds.length === 0) return new Map();
  const rows = await tx
    .select({ id: inbox.id, topic: inbox.topic })
    .from(inbox)
    .where(inArray(inbox.id, [...inboxIds]));
  return new Map(rows.map(({ id, topic }) => [id, topic]));
}

/** What was set aside of the messages `first` ≤ id ≤ `last`: which reading of which message, null for the whole of it. */
export async function setAsideBetween(
  tx: Tx,
  { first, last }: { readonly first: number; readonly last: number },
): Promise<SetAside[]> {
  const { inboxId, readingIndex } = deadLetters;
  const shown = await tx
    .select({ inboxId, readingIndex })
    .from(deadLetters)
    .where(and(gte(inboxId, first), lte(inboxId, last)));
  const counted = await tx
    .select()
    .from(setAside)
    .where(and(gte(setAside.inboxId, first), lte(setAside.inboxId, last)));
  return [...shown, ...counted.flatMap(placesOf)];
}

/** A reading of a message, or the whole of it. */
export interface SetAside {
  readonly inboxId: number;
  readonly readingIndex: number | null;
}

/** The places that one row of `set_aside` holds. */
export function placesOf({ inboxId, readings }: typeof setAside.$inferSelect): SetAside[] {
  if (readings === null) return [{ inboxId, readingIndex: null }];
  const indices = Array.from({ length: readings.length * 8 }, (_, at) => at);
  const isSet = (at: number) => ((readings[at >> 3] ?? 0) >> (at & 7)) & 1;
  return indices.filter(isSet).map((readingIndex) => ({ inboxId, readingIndex }));
}
