/** docs/costs.md says what the contract takes now: measured here, on the committed bytecode. `UPDATE_COSTS=1` writes it. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { logId, openBench } from "#contracts/test/bench.ts";
import { consistencyProof, root } from "#contracts/test/uniform-tree.ts";
import { costTables, type MeasuredExtend, type MeasuredOnce, measuredSizes } from "../support/cost-table.ts";

const page = join(import.meta.dirname, "../../docs/costs.md");
const between = /(<!-- measured -->\n)([\s\S]*?)(\n<!-- \/measured -->)/;
const daySeconds = 86_400;
const largestStep = 2 ** 24;
/** An anchor brings many entries; how many matters little. */
const step = 2_048;
type Bench = Awaited<ReturnType<typeof openBench>>;

async function extend(bench: Bench, from: number, to: number): Promise<number> {
  const proof = from === 0 ? [] : consistencyProof(from, to);
  return bench.send(bench.publisher, "extend", [logId, to, root(to), proof]);
}

/** Begins a UTC day, so that nothing but what is meant is a day's first. */
async function nextDay(bench: Bench): Promise<void> {
  const { timestamp } = (await bench.connection.ethers.provider.getBlock("latest")) ?? { timestamp: 0 };
  await bench.waitS(daySeconds - (timestamp % daySeconds) + 60);
}

/** One bench for all sizes: the log grows from each to the next. */
async function measureExtends(bench: Bench): Promise<MeasuredExtend[]> {
  const measured: MeasuredExtend[] = [];
  let at = 0;
  const reach = async (size: number) => {
    for (; at < size; at = Math.min(at + largestStep, size))
      await extend(bench, at, Math.min(at + largestStep, size));
  };
  for (const size of measuredSizes) {
    await nextDay(bench);
    await reach(size);
    const nodes = consistencyProof(size, size + step).length;
    const snapshot = await bench.connection.provider.request({ method: "evm_snapshot", params: [] });
    const gas = await extend(bench, size, size + step);
    await bench.connection.provider.request({ method: "evm_revert", params: [snapshot] });
    await nextDay(bench);
    const first = await extend(bench, size, size + step);
    at = size + step;
    measured.push({ size, nodes, gas, first });
  }
  return measured;
}

async function measureOnce(bench: Bench): Promise<MeasuredOnce> {
  const { admin, publisher } = bench;
  const gtin = "06901234567892";
  const register = await bench.send(admin, "register", ["region-2.example/log", publisher.address]);
  await bench.send(admin, "setRevoker", [gtin, publisher.address, true]);
  const revoke = await bench.send(publisher, "revoke", [gtin, "L20260101", 1]);
  return { deploy: bench.deployGas, register, revoke };
}

it("the tables of docs/costs.md are those of the contract as it is", async () => {
  const bench = await openBench();
  const once = await measureOnce(bench);
  const tables = costTables(await measureExtends(bench), once);
  const text = readFileSync(page, "utf8");
  if (process.env.UPDATE_COSTS === "1")
    writeFileSync(
      page,
      text.replace(between, (_, head: string, __, tail: string) => `${head}${tables}${tail}`),
    );
  expect(between.exec(readFileSync(page, "utf8"))?.[2]).toBe(tables);
});
