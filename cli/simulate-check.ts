/** Whether everything that a simulation's ledger holds as acknowledged is really there: in the inbox, and as readings. */
import pg from "pg";
import type { SimulatedDevice } from "#demo/simulate/device.ts";
import { type LedgerMessage, messagesIn } from "#demo/simulate/report.ts";
import { AppError } from "#domain/errors.ts";
import { openInfluxPoints, openPostgresPoints, type Points } from "./simulate-points.ts";

/** Where to look: the records, and InfluxDB 1.x where the readings are in one. */
export interface CheckPlaces {
  readonly databaseUrl: string;
  readonly influxUrl: string | null;
  readonly influxDatabase: string;
  /** Longest wait for the projector to come to the last acknowledged message, ms. */
  readonly waitMs: number;
}

/** What was found of what was acknowledged; `missing` messages are not in the inbox with these very bytes. */
export interface CheckResult {
  readonly messages: number;
  readonly missingMessages: number;
  readonly readings: number;
  readonly stored: number;
  /** Readings, and whole messages of poison, that stand among the dead letters. */
  readonly deadLetters: number;
  readonly missingReadings: number;
  /** The first few that are missing, for a person. */
  readonly examples: readonly string[];
}

const nothing = {
  messages: 0,
  missingMessages: 0,
  readings: 0,
  stored: 0,
  deadLetters: 0,
  missingReadings: 0,
};
const batchSize = 2_000;
const examplesMax = 10;
const pauseMs = 250;

/**
 * Looks up every acknowledged message of a ledger by its place and the hash of its bytes, and each of its readings by
 * measuring point, time and value. @throws AppError UNAVAILABLE when the records can't be reached
 */
export async function checkLedger(
  folder: string,
  devices: readonly SimulatedDevice[],
  places: CheckPlaces,
): Promise<CheckResult> {
  const client = new pg.Client({ connectionString: places.databaseUrl });
  await client.connect().catch((cause: unknown) => {
    throw new AppError("UNAVAILABLE", "--check can't reach the records", { part: "records" }, cause);
  });
  try {
    await client.query("set role coldmark_worker");
    const points =
      places.influxUrl === null
        ? openPostgresPoints(client)
        : openInfluxPoints(places.influxUrl, places.influxDatabase);
    return await look(client, folder, { pointOf: pointsOf(devices), points, waitMs: places.waitMs });
  } finally {
    await client.end();
  }
}

interface Finder {
  readonly pointOf: ReadonlyMap<string, string>;
  readonly points: Points;
  readonly waitMs: number;
}

async function look(client: pg.Client, folder: string, finder: Finder): Promise<CheckResult> {
  await untilProjected(client, finder.waitMs);
  const result = { ...nothing };
  const examples: string[] = [];
  let batch: LedgerMessage[] = [];
  const finish = async (): Promise<void> => {
    const found = await lookUp(client, batch, finder);
    for (const key of Object.keys(result) as (keyof typeof result)[]) result[key] += found[key];
    examples.push(...found.examples.slice(0, examplesMax - examples.length));
    batch = [];
  };
  for await (const message of messagesIn(folder)) {
    if (!message.isAcknowledged) continue;
    batch.push(message);
    if (batch.length === batchSize) await finish();
  }
  await finish();
  return { ...result, examples };
}

/** The projector follows the inbox; what is durable becomes a reading a little later. */
async function untilProjected(client: pg.Client, waitMs: number): Promise<void> {
  const top = await client.query<{ id: string | null }>("select max(id) as id from inbox");
  const last = Number(top.rows[0]?.id ?? 0);
  for (const deadline = Date.now() + waitMs; Date.now() < deadline; ) {
    const at = await client.query<{ position: string }>(
      "select position from cursors where name = 'projector'",
    );
    if (Number(at.rows[0]?.position ?? 0) >= last) return;
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
}

async function lookUp(
  client: pg.Client,
  batch: readonly LedgerMessage[],
  finder: Finder,
): Promise<CheckResult> {
  const inboxIds = await inboxIdsOf(client, batch);
  const letters = await lettersOf(client, [...inboxIds.values()]);
  const pointOf = (message: LedgerMessage, channel: string) =>
    finder.pointOf.get(`${message.gateway}/${channel}`) ?? "";
  const keys = batch.flatMap((message) =>
    message.readings.map(({ channel, ts }) => ({ point: pointOf(message, channel), ts })),
  );
  const temperatureOf = await finder.points.valuesOf(keys);
  const result = { ...nothing, messages: batch.length, readings: keys.length };
  const examples: string[] = [];
  for (const message of batch) {
    const inboxId = inboxIds.get(placeOf(message));
    const isLetter = (index: number) => letters.has(`${inboxId}/`) || letters.has(`${inboxId}/${index}`);
    if (inboxId === undefined) {
      result.missingMessages += 1;
      examples.push(`${placeOf(message)}: not in the inbox with the bytes that were sent`);
    } else if (message.isPoison) {
      if (isLetter(0)) result.deadLetters += 1;
      else examples.push(`${placeOf(message)}: poison that became no dead letter`);
    }
    for (const [index, { channel, ts, tMilliC }] of message.readings.entries()) {
      if (temperatureOf(pointOf(message, channel), ts) === tMilliC) result.stored += 1;
      else if (isLetter(index)) result.deadLetters += 1;
      else {
        result.missingReadings += 1;
        examples.push(`${placeOf(message)}: reading of ${channel} at ${ts} is neither stored nor set aside`);
      }
    }
  }
  return { ...result, examples };
}

function pointsOf(devices: readonly SimulatedDevice[]): Map<string, string> {
  return new Map(
    devices.flatMap(({ id, channels }) =>
      channels.map(({ name, point }) => [`${id}/${name}`, point] as const),
    ),
  );
}

function placeOf({ gateway, boot, seq }: LedgerMessage): string {
  return `${gateway} boot ${boot} seq ${seq}`;
}

/** The inbox ids of those messages whose very bytes the inbox holds under their place. */
async function inboxIdsOf(client: pg.Client, batch: readonly LedgerMessage[]): Promise<Map<string, number>> {
  const found = await client.query<{ gateway: string; boot: string; seq: string; id: string; raw: string }>(
    `select m.gateway_id as gateway, m.boot, m.seq, i.id, encode(sha256(i.payload), 'hex') as raw
       from unnest($1::text[], $2::bigint[], $3::bigint[]) as asked(gateway, boot, seq)
       join gateway_topics t on t.gateway_id = asked.gateway
       join gateway_messages m on m.tenant_id = t.tenant_id and m.gateway_id = asked.gateway
        and m.boot = asked.boot and m.seq = asked.seq and m.from_seq between asked.seq - 31 and asked.seq
       join inbox i on i.id = m.inbox_id and i.gateway = asked.gateway`,
    [batch.map((it) => it.gateway), batch.map((it) => it.boot), batch.map((it) => it.seq)],
  );
  const bytesOf = new Map(batch.map((message) => [placeOf(message), message.sha256]));
  const ids = found.rows.map((row) => [`${row.gateway} boot ${row.boot} seq ${row.seq}`, row] as const);
  return new Map(
    ids
      .filter(([place, { raw }]) => bytesOf.get(place) === raw)
      .map(([place, { id }]) => [place, Number(id)]),
  );
}

/** The dead letters of messages, as `{inbox id}/{reading's index}`, without an index for a whole message. */
async function lettersOf(client: pg.Client, inboxIds: readonly number[]): Promise<Set<string>> {
  const found = await client.query<{ id: string; at: number | null }>(
    `select inbox_id as id, reading_index as at from dead_letters where inbox_id = any($1::bigint[])
      union all select inbox_id, null from set_aside where inbox_id = any($1::bigint[]) and readings is null
      union all select inbox_id, at from set_aside, generate_series(0, 8 * octet_length(readings) - 1) as at
        where inbox_id = any($1::bigint[]) and get_bit(readings, at) = 1`,
    [inboxIds],
  );
  return new Set(found.rows.map(({ id, at }) => `${id}/${at ?? ""}`));
}
