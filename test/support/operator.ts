/** The operator as an attacker: the database as its superuser, the readings store, the chain's clock and the contract's roles. */
import pg from "pg";
import { appendToLog, type Statement } from "#anchor/append-entries.ts";
import { fromHex } from "#domain/log/bytes.ts";
import { streamOf } from "#domain/log/entry.ts";
import { openStore } from "#store/connect.ts";
import { holdLog } from "#store/entries.ts";
import { originOf } from "#store/readings/line-protocol.ts";
import type { Deployment } from "./deployment.ts";

/** What an operator can do behind the service's back. */
export interface Operator {
  /** One statement as the database's superuser. */
  sql<Row extends pg.QueryResultRow>(text: string, values?: readonly unknown[]): Promise<Row[]>;
  /** Rewrites the temperature of one reading in InfluxDB and gives what it was (milli-°C). */
  rewriteReading(point: string, ts: number, tMilliC: number): Promise<number>;
  /** The same for all readings of a point in [from, to); gives how many there were. */
  rewriteReadings(point: string, span: Span, tMilliC: number): Promise<number>;
  /** Takes the message that brought a reading away: its readings, itself, and its sequence number; gives that number. */
  dropMessage(point: string, ts: number): Promise<number>;
  /** Says more in the log, as the anchor would, now. */
  append(statements: readonly Statement[]): Promise<void>;
  /** Begins a stream of the log again, from these statements, at the end of the log. */
  rebuildStream(subject: string, statements: readonly Statement[]): Promise<void>;
  /** The chain's own accounts; the first extends, and administers, the contract. */
  accounts(): Promise<string[]>;
  /** Gives an account a coin. */
  fund(account: string): Promise<void>;
  /** A transaction of the account that extends, and administers, the contract. */
  transact(data: string): Promise<void>;
  /** Moves the chain's time on. */
  moveTime(seconds: number): Promise<void>;
  stop(): Promise<void>;
}

interface Span {
  readonly from: number;
  readonly to: number;
}

/** Takes over a deployment whose parts are outside. */
export async function takeOver({ env, folder }: Deployment): Promise<Operator> {
  const databaseUrl = env.DATABASE_URL ?? "";
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  const sql: Operator["sql"] = async (text, values = []) => (await client.query(text, [...values])).rows;
  const rpc = (method: string, params: readonly unknown[] = []) =>
    callChain(env.CHAIN_RPC_URL ?? "", method, params);
  const accounts = async () => (await rpc("eth_accounts")) as string[];
  const append = async (statements: readonly Statement[], before = async () => {}) => {
    const store = await openStore({ databaseUrl, dataDir: folder });
    await store.as({ role: "worker" }, async (tx) => {
      await holdLog(tx);
      await before();
      await appendToLog(tx, statements, Date.now());
    });
    await store.close();
  };
  return {
    sql,
    dropMessage: (point, ts) => dropMessage(sql, env.INFLUX_URL ?? "", { point, ts }),
    append: (statements) => append(statements),
    rewriteReading: async (point, ts, tMilliC) => {
      const [before] = await rewriteReadings(env.INFLUX_URL ?? "", {
        point,
        from: ts,
        to: ts + 1,
        tMilliC,
      });
      if (before === undefined) throw new Error("there is no such reading");
      return before;
    },
    rewriteReadings: async (point, span, tMilliC) =>
      (await rewriteReadings(env.INFLUX_URL ?? "", { point, ...span, tMilliC })).length,
    rebuildStream: async (subject, statements) => {
      await sql("alter table entries drop constraint if exists entries_stream_seq_unique");
      const stream = Buffer.from(fromHex(streamOf(subject)));
      await append(
        statements,
        async () => void (await sql("delete from stream_heads where stream = $1", [stream])),
      );
    },
    accounts,
    fund: async (account) => void (await rpc("anvil_setBalance", [account, aCoinWei])),
    transact: async (data) => {
      const [from] = await accounts();
      const hash = await rpc("eth_sendTransaction", [{ from, to: env.CONTRACT_ADDRESS, data }]);
      await rpc("anvil_mine", ["0x1"]);
      const receipt = (await rpc("eth_getTransactionReceipt", [hash])) as { status: string } | null;
      if (receipt?.status !== "0x1") throw new Error("the contract refused the transaction");
    },
    moveTime: async (seconds) => {
      await rpc("evm_increaseTime", [seconds]);
      await rpc("anvil_mine", ["0x1"]);
    },
    stop: () => client.end(),
  };
}

const aCoinWei = "0xde0b6b3a7640000";

/** A run of sequence numbers becomes the two that are left of it. */
const cutRun = `with run as (
    delete from gateway_runs where $1 = any(inbox_ids) returning *, array_position(inbox_ids, $1) as cut
  ), parts as (
    select *, 1 as first, cut - 1 as last from run
    union all select *, cut + 1, cardinality(inbox_ids) from run
  ), kept as (
    insert into gateway_runs (tenant_id, gateway_id, boot, from_seq, to_seq, inbox_from, inbox_ids, received_ats, sha256s, kid)
    select tenant_id, gateway_id, boot, from_seq + first - 1, from_seq + last - 1,
      (select min(id) from unnest(inbox_ids[first:last]) as id), inbox_ids[first:last], received_ats[first:last],
      substring(sha256s from 32 * (first - 1) + 1 for 32 * (last - first + 1)), kid
    from parts where last >= first
  ) select from_seq + cut - 1 as seq from run`;

async function dropMessage(
  sql: Operator["sql"],
  influxUrl: string,
  { point, ts }: { point: string; ts: number },
): Promise<number> {
  const of = (where: string) => askInflux(influxUrl, `SELECT origin FROM reading WHERE ${where}`);
  const [brought] = await of(`point = '${point}' AND time = ${ts}ms`);
  const origin = brought?.values[0]?.[1];
  if (typeof origin !== "string") throw new Error("there is no such reading");
  const id = originOf(origin).inboxId;
  const series = await of(`origin = '${origin}'`);
  const times = series.flatMap(({ values }) => values.map(([time]) => Date.parse(time)));
  const span = `time >= ${Math.min(...times)}ms AND time <= ${Math.max(...times)}ms`;
  await askInflux(influxUrl, `DELETE FROM reading WHERE ${span}`);
  await sql("delete from inbox where id = $1", [id]);
  const [run] = await sql<{ seq: string }>(cutRun, [id]);
  if (run === undefined) throw new Error("the message had no sequence number");
  return Number(run.seq);
}

interface InfluxSeries {
  readonly tags?: { readonly tenant: string };
  readonly values: readonly (readonly [string, number | string])[];
}

async function askInflux(influxUrl: string, q: string): Promise<readonly InfluxSeries[]> {
  const url = new URL(`/query?${new URLSearchParams({ db: "coldmark", q })}`, influxUrl);
  const answer = (await (await fetch(url, { method: "POST" })).json()) as {
    results: { series?: InfluxSeries[]; error?: string }[];
  };
  const [result] = answer.results;
  if (result?.error !== undefined) throw new Error(`InfluxDB: ${result.error}`);
  return result?.series ?? [];
}

/** Gives the temperatures of before, in order of time. */
async function rewriteReadings(
  influxUrl: string,
  { point, from, to, tMilliC }: Span & { point: string; tMilliC: number },
): Promise<number[]> {
  const which = `point = '${point}' AND time >= ${from}ms AND time < ${to}ms`;
  const [series] = await askInflux(influxUrl, `SELECT t FROM reading WHERE ${which} GROUP BY tenant`);
  if (series?.tags === undefined) return [];
  const { tenant } = series.tags;
  const lines = series.values.map(
    ([time]) => `reading,point=${point},tenant=${tenant} t=${tMilliC}i ${Date.parse(time)}`,
  );
  const url = new URL("/write?db=coldmark&precision=ms", influxUrl);
  const written = await fetch(url, { method: "POST", body: lines.join("\n") });
  if (!written.ok) throw new Error(`InfluxDB refused: ${await written.text()}`);
  return series.values.map(([, before]) => Number(before));
}

async function callChain(rpcUrl: string, method: string, params: readonly unknown[]): Promise<unknown> {
  const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method, params });
  const headers = { "content-type": "application/json" };
  const response = await fetch(rpcUrl, { method: "POST", headers, body });
  const answer = (await response.json()) as { result?: unknown; error?: { message: string } };
  if (answer.error !== undefined) throw new Error(`${method}: ${answer.error.message}`);
  return answer.result;
}
