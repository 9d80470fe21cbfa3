/** `coldmark gateway-check` beside real devices on a real deployment: the reference client, and a gateway of the demo. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Gateway, startGateway } from "#demo/gateway.ts";
import { listSource } from "#demo/reading-source.ts";
import { toBase64 } from "#domain/log/bytes.ts";
import { openStore, type Store } from "#store/connect.ts";
import { inbox } from "#store/schema/inbox.ts";
import { type Deployment, deploy } from "../support/deployment.ts";
import { watcher } from "../support/mosquitto.ts";
import { type PythonGateway, pythonGateway } from "../support/python-gateway.ts";
import { coldmark } from "../support/service.ts";
import { type SmallNetwork, smallNetwork } from "../support/small-network.ts";

const program = join(import.meta.dirname, "..", "..", "cli", "main.ts");
const minuteMs = 60_000;
/** gateway-check counts a message as obeyed 5 s after its receipt: the time itself is what is waited for. */
const settledMs = 6_000;

/** A running watch: `done` ends it as Ctrl-C does and gives its lines. */
interface Watch {
  done(): Promise<{
    readonly code: number;
    readonly lines: Readonly<Record<string, string>>;
    readonly text: string;
  }>;
}

describe("gateway-check", () => {
  const network: SmallNetwork = smallNetwork(Date.now() - 30 * minuteMs);
  const { id, key, password } = network.gateway;
  const folder = mkdtempSync("/var/tmp/coldmark-check-");
  let deployment: Deployment;
  let store: Store;
  let python: PythonGateway | null = null;
  let demo: Gateway | null = null;

  beforeAll(async () => {
    deployment = await deploy("outside", network);
    store = await openStore({ dataDir: deployment.folder, databaseUrl: deployment.env.DATABASE_URL ?? "" });
  });
  afterAll(async () => {
    await python?.kill9();
    await demo?.stop();
    await store?.close();
    await deployment?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  async function startWatch(): Promise<Watch> {
    const args = ["gateway-check", "--gateway", id, "--mqtt", deployment.doors.mqttUrl];
    const keys = ["--key", `${key.kid}=Ed25519:${toBase64(key.publicKey)}`];
    const env = { ...process.env, ...deployment.env, COLDMARK_WATCH_PASSWORD: watcher.password };
    const child: ChildProcess = spawn(process.execPath, [program, ...args, ...keys], { env });
    let text = "";
    for (const stream of [child.stdout, child.stderr])
      stream?.on("data", (piece: Buffer) => {
        text += piece.toString("utf8");
      });
    await expect.poll(() => text, { timeout: 60_000 }).toContain(`watching ${id}`);
    return {
      done: async () => {
        const ended = once(child, "close");
        child.kill("SIGINT");
        const [code] = (await ended) as [number];
        const found = text.matchAll(
          /^(pass|fail|not seen|\(not seen\)) +(shape|signature|qos|retain|readings|clock|sequence|same bytes|resend|receipts|commands|status|last will|data first|back-off) /gm,
        );
        return { code, text, lines: Object.fromEntries([...found].map(([, state, duty]) => [duty, state])) };
      },
    };
  }
  const line = (ts: number) => JSON.stringify({ s: "t1", ts, t: 5 });
  const messages = () =>
    store.as({ role: "worker" }, async (tx) =>
      (await tx.select().from(inbox)).filter(({ lane }) => lane === "data" || lane === "hist"),
    );
  const sees = (count: number) =>
    expect.poll(async () => (await messages()).length, { timeout: 60_000 }).toBeGreaterThanOrEqual(count);

  it("passes the reference client: every duty seen, exit 0", async () => {
    python = pythonGateway({
      ...{ folder, gateway: id, password, kid: key.kid, privateKey: key.privateKey },
      port: Number(new URL(deployment.doors.mqttUrl).port),
      receiptKeys: [deployment.doors.receiptKey],
      readings: [line(Date.now())],
      perMessage: 1,
    });
    const watch = await startWatch();
    python.start();
    await sees(1);
    python.read([line(Date.now())]);
    await sees(2);
    await expect.poll(() => python?.count("messages"), { timeout: 20_000 }).toBe(0);
    // Nothing is receipted while the collector is away; and then the device goes, and comes back with what waited.
    await deployment.service.kill9();
    python.read([line(Date.now())]);
    await expect.poll(() => python?.count("messages"), { timeout: 20_000 }).toBe(1);
    await python.kill9();
    const before = Date.now() - 10 * minuteMs;
    python.read([line(before), line(before + minuteMs), line(Date.now())]);
    python.start();
    await expect.poll(() => python?.count("messages"), { timeout: 20_000 }).toBe(4);
    await deployment.restart();
    await expect.poll(() => python?.count("messages"), { timeout: 60_000 }).toBe(0);
    await new Promise((resolve) => setTimeout(resolve, settledMs));
    const { code, lines, text } = await watch.done();
    const { commands, ...duties } = lines;
    expect(new Set(Object.values(duties)), text).toEqual(new Set(["pass"]));
    expect([Object.keys(duties).length, commands, code]).toEqual([14, "(not seen)", 0]);
    await python.kill9();
  });

  it("finds nothing wrong with a gateway of the demo, and says what did not happen", async () => {
    const watch = await startWatch();
    const from = Date.now();
    const settings = {
      id,
      password,
      boot: 2,
      readingsPerMessage: 2,
      lanes: "live",
      clock: Date.now,
    } as const;
    const reading = (ts: number) => ({ s: "t2", ts, t: 5.5 });
    const readings = Array.from({ length: 10 }, (_, at) => reading(from + at * 1_000));
    demo = startGateway({
      ...settings,
      key,
      mqttUrl: deployment.doors.mqttUrl,
      receiptKeys: [deployment.doors.receiptKey],
      source: listSource(readings),
      say: () => undefined,
    });
    await demo.drained(from + 9_000);
    demo.unplug();
    for (let at = 5; at > 0; at -= 1) readings.push(reading(from - at * minuteMs - 500));
    const back = Date.now();
    readings.push(reading(back));
    demo.plugIn();
    await demo.drained(back);
    await new Promise((resolve) => setTimeout(resolve, settledMs));
    const { code, lines, text } = await watch.done();
    const told = (state: string) => Object.keys(lines).filter((duty) => lines[duty] === state);
    expect(told("fail"), text).toEqual([]);
    expect(told("pass")).toEqual(
      expect.arrayContaining([
        "shape",
        "signature",
        "qos",
        "retain",
        "readings",
        "clock",
        "sequence",
        "receipts",
        "status",
        "last will",
        "data first",
        "back-off",
      ]),
    );
    expect(code).toBe(1);
  });

  it("says what stands in its way", async () => {
    const args = ["gateway-check", "--gateway", id, "--mqtt", deployment.doors.mqttUrl, "--seconds", "1"];
    expect(await coldmark(args, deployment.env)).toMatchObject({ code: 78 });
    const wrong = await coldmark(args, { ...deployment.env, COLDMARK_WATCH_PASSWORD: "guessed" });
    expect(wrong).toMatchObject({ code: 69, stderr: expect.stringContaining("password") });
    const key = await coldmark([...args, "--key", "nonsense"], {
      ...deployment.env,
      COLDMARK_WATCH_PASSWORD: "x",
    });
    expect(key).toMatchObject({ code: 65, stderr: expect.stringContaining("--key") });
  });
});
