/** The operator as an attacker: the database as its superuser, the readings store, the chain's clock and the contract's roles. */
import pg from "pg";
import { appendToLog, type Statement } from "#anchor/append-entries.ts";
import { fromHex } from "#domain/log/bytes.ts";
import { streamOf } from "#domain/log/entry.ts";
import { openStore } from "#store/connect.ts";
import { holdLog } from "#store/entries.ts";
import type { Deployment } from "./deployment.ts";

/** What an operator can do behind the service's back. */
export interface Operator {
  /** One statement as the database's superuser. */
  sql<Row extends pg.QueryResultRow>(text: string, values?: readonly unknown[]): Promise<Row[]>;
  /** Rewrites the temperature of one reading in InfluxDB and gives what it was (milli-°C). */
  rewriteReading(point: string, ts: number, tMilliC: number): Promise<number>;
  /** Begins a stream of the log again, from these statements, at the end of the log. */
  rebuildStream(subject: string, statements: readonly Statement[]): Promise<void>;
  /** The chain's own accounts; the first extends, and administers, the contract. */
  accounts(): Promise<string[]>;
  /** A transaction of the account that extends, and administers, the contract. */
  transact(data: string): Promise<void>;
  /** Moves the chain's time on. */
  moveTime(seconds: number): Promise<void>;
  stop(): Promise<void>;
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
  return {
    sql,
    rewriteReading: (point, ts, tMilliC) => rewriteReading(env.INFLUX_URL ?? "", { point, ts, tMilliC }),
    rebuildStream: async (subject, statements) => {
      await sql("alter table entries drop constraint if exists entries_stream_seq_unique");
      const store = await openStore({ databaseUrl, dataDir: folder });
      await store.as({ role: "worker" }, async (tx) => {
        await holdLog(tx);
        await sql("delete from stream_heads where stream = $1", [Buffer.from(fromHex(streamOf(subject)))]);
        await appendToLog(tx, statements, Date.now());
      });
      await store.close();
    },
    accounts,
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

async function rewriteReading(
  influxUrl: string,
  { point, ts, tMilliC }: { point: string; ts: number; tMilliC: number },
): Promise<number> {
  const url = (path: string, more: Record<string, string>) =>
    new URL(`${path}?${new URLSearchParams({ db: "coldmark", ...more })}`, influxUrl);
  const q = `SELECT t FROM reading WHERE point = '${point}' AND time = ${ts}ms GROUP BY tenant`;
  const answer = (await (await fetch(url("/query", { q }))).json()) as {
    results: { series?: { tags: { tenant: string }; values: [string, number][] }[] }[];
  };
  const series = answer.results[0]?.series?.[0];
  const before = series?.values[0]?.[1];
  if (series === undefined || before === undefined) throw new Error("there is no such reading");
  const line = `reading,point=${point},tenant=${series.tags.tenant} t=${tMilliC}i ${ts}`;
  const written = await fetch(url("/write", { precision: "ms" }), { method: "POST", body: line });
  if (!written.ok) throw new Error(`InfluxDB refused: ${await written.text()}`);
  return before;
}

async function callChain(rpcUrl: string, method: string, params: readonly unknown[]): Promise<unknown> {
  const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method, params });
  const headers = { "content-type": "application/json" };
  const response = await fetch(rpcUrl, { method: "POST", headers, body });
  const answer = (await response.json()) as { result?: unknown; error?: { message: string } };
  if (answer.error !== undefined) throw new Error(`${method}: ${answer.error.message}`);
  return answer.result;
}
