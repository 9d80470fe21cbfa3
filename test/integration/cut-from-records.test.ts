/** A process that only PostgreSQL can't be reached from any more, while another takes its shards over. */
import { EventEmitter, once } from "node:events";
import { pino } from "pino";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type HeldShards, holdShards } from "#ingest/hold-shards.ts";
import { openPostgresShares } from "#store/connect/postgres-shares.ts";
import { startPostgres, type TestPostgres } from "../support/postgres.ts";
import { openSilentLine, type SilentLine } from "../support/silent-line.ts";

const total = 3;
const answerWithinMs = 1_000;
let postgres: TestPostgres;
let line: SilentLine | undefined;
const open: HeldShards[] = [];
beforeAll(async () => {
  postgres = await startPostgres();
});
afterAll(async () => {
  for (const process of open) await process.stop();
  await line?.stop();
  await postgres?.stop();
});

/** A process, the shards it works on now, and how often it couldn't tell which are its own. */
interface Process {
  readonly held: HeldShards;
  shards(): number[];
  doubts(): number;
  until(satisfied: () => boolean): Promise<void>;
}

async function startProcess(url: string, sureMs: number): Promise<Process> {
  const news = new EventEmitter();
  let worked: readonly number[] = [];
  let doubts = 0;
  const noteDoubt = () => {
    doubts += 1;
    news.emit("news");
  };
  const held = await holdShards({
    ...{ shares: openPostgresShares(url, answerWithinMs), total, sureMs, onLead: () => undefined },
    work: async (shards) => {
      worked = [...shards].sort();
      news.emit("news");
    },
    log: pino({ level: "warn" }, { write: noteDoubt }),
  });
  open.push(held);
  return {
    held,
    shards: () => [...worked],
    doubts: () => doubts,
    until: async (satisfied) => {
      while (!satisfied()) await once(news, "news");
    },
  };
}

it("lets go of its shards and leads no more, though nobody tells it; one that relies for ever on what it heard last works on (control)", async () => {
  line = await openSilentLine(postgres.url);
  const cut = await startProcess(line.url, answerWithinMs);
  await cut.until(() => cut.shards().length === total);
  const trusting = await startProcess(line.url, Number.POSITIVE_INFINITY);
  const other = await startProcess(postgres.url, answerWithinMs);
  for (const one of [cut, trusting, other]) await one.until(() => one.shards().length === 1);
  expect([cut.shards(), cut.held.leads()]).toEqual([[0], true]);
  line.fallSilent();
  const doubts = trusting.doubts();
  await other.until(() => other.shards().length === total);
  await cut.until(() => cut.shards().length === 0);
  expect(cut.held.leads()).toBe(false);
  await trusting.until(() => trusting.doubts() >= doubts + 2);
  expect(trusting.shards().length).toBe(1);
});
