import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, it } from "vitest";
import { receiptKey, startReceiptBroker } from "#test/support/receipt-broker.ts";
import { type DemoNetwork, demoNetwork } from "./network.ts";
import { runDemo } from "./run.ts";

const open: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});

/** A server that takes everything and keeps the paths. */
async function takingAll(): Promise<{ httpUrl: string; paths: string[] }> {
  const paths: string[] = [];
  const server: Server = createServer((request, response) => {
    paths.push(request.url ?? "");
    request.resume().on("end", () => response.writeHead(202).end("{}"));
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  open.push(async () => void server.close());
  return { httpUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, paths };
}

/** The demo against stand-ins; `cut` is how long after the cases a cut line comes back. */
async function start(cutBackMs: number) {
  const made = demoNetwork({ seed: 1, sites: 12, now: Date.now() });
  const gateways = made.devices.gateways.map((device) =>
    typeof device.line === "object" ? { ...device, line: { ...device.line, backMs: cutBackMs } } : device,
  );
  const demo: DemoNetwork = { ...made, devices: { ...made.devices, gateways } };
  const stub = await startReceiptBroker(gateways.map(({ key }) => key));
  const { httpUrl, paths } = await takingAll();
  const ending = new AbortController();
  const said: string[] = [];
  const parts = { mqttUrl: stub.mqttUrl, httpUrl, demo, receiptKeys: [receiptKey], signal: ending.signal };
  const run = await runDemo({ ...parts, say: (text) => said.push(text) });
  open.push(async () => {
    ending.abort();
    await run.finished;
    await stub.stop();
  });
  return { demo, gateways, stub, paths, run, said };
}

const gatewaysIn = (taken: readonly { topic: string }[]): Set<string> =>
  new Set(taken.map(({ topic }) => topic.split("/")[2] ?? ""));

it("has the cases' history and captures in before anything else, signed and each reading once", async () => {
  const { demo, gateways, stub, paths, run } = await start(0);
  const inCase = gateways.filter(({ isInCase }) => isInCase).map(({ id }) => id);
  expect([...gatewaysIn(stub.taken)].sort()).toEqual([...inCase].sort());
  const readings = stub.taken.flatMap(({ topic, body }) =>
    body.readings.map(({ s, ts }) => `${topic.split("/")[2]}/${s}/${ts}`),
  );
  expect(new Set(readings).size).toBe(readings.length);
  expect(readings.length).toBeGreaterThan(13_000);
  expect(readings.length).toBeLessThan(20_000);
  expect(stub.taken.every(({ signed }) => signed)).toBe(true);
  expect(paths.filter((path) => path === "/epcis/v2/capture")).toHaveLength(demo.captures.length);
  expect(paths.slice(-2)).toEqual([expect.stringMatching(/\/recall$/), "/v1/devices"]);
  expect(run.scans.map((scan) => scan.case)).toEqual(demo.cases.map((each) => each.case));
});

it("lets everybody else join, and the gateway of the cases that was off its line back-fill", async () => {
  const { gateways, stub, paths, run, said } = await start(200);
  const cut = gateways.find(({ line, isInCase }) => isInCase && typeof line === "object");
  const from = typeof cut?.line === "object" ? cut.line.from : 0;
  const ofCut = () => stub.taken.filter(({ topic }) => topic.split("/")[2] === cut?.id);
  const newest = () => Math.max(...ofCut().flatMap(({ body }) => body.readings.map(({ ts }) => ts)));
  expect(newest()).toBeLessThanOrEqual(from);
  const capturesBefore = paths.length;
  await run.joinOthers();
  expect(gatewaysIn(stub.taken).size).toBe(gateways.length);
  await expect.poll(newest, { timeout: 5_000 }).toBeGreaterThan(Date.now() - 6 * 60_000);
  const backFill = ofCut().filter(({ body }) => body.readings.some(({ ts }) => ts > from));
  expect(backFill.some(({ topic }) => topic.endsWith("/hist"))).toBe(true);
  expect(new Set(ofCut().map(({ body }) => body.boot)).size).toBe(1);
  expect(ofCut().map(({ body }) => body.seq)).toEqual(ofCut().map((_, at) => at + 1));
  await expect.poll(() => paths.length, { timeout: 5_000 }).toBeGreaterThanOrEqual(capturesBefore + 4 + 12);
  expect(said.filter((text) => text.includes("not taken"))).toEqual([]);
});

it("ends in the middle of the history when it is told to", async () => {
  const demo = demoNetwork({ seed: 1, sites: 3, now: Date.now() });
  const ending = new AbortController();
  ending.abort(new Error("stopped by the test"));
  const parts = {
    mqttUrl: "mqtt://127.0.0.1:9",
    httpUrl: "http://127.0.0.1:9",
    demo,
    receiptKeys: [receiptKey],
  };
  await expect(runDemo({ ...parts, signal: ending.signal, say: () => undefined })).rejects.toThrow(
    "stopped by the test",
  );
});
