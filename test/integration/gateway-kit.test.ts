/** docs/gateway-kit: the reference client in Python against a real deployment, a stub that withholds receipts, and our vectors. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { seedOf } from "#demo/seed.ts";
import { publicKeyOf } from "#demo/sign.ts";
import { concatBytes, fromBase64, toBase64, toHex, utf8 } from "#domain/log/bytes.ts";
import { canonicalize } from "#domain/log/canonical.ts";
import { messageToSign, signEd25519, verifySignature } from "#domain/log/signature.ts";
import { openStore, type Store } from "#store/connect.ts";
import { deadLetters } from "#store/schema/dead-letters.ts";
import { findings } from "#store/schema/findings.ts";
import { inbox } from "#store/schema/inbox.ts";
import { type Deployment, deploy } from "../support/deployment.ts";
import { askPython, type PythonGateway, pythonGateway } from "../support/python-gateway.ts";
import { receiptKey, startReceiptBroker } from "../support/receipt-broker.ts";
import { type SmallNetwork, smallNetwork } from "../support/small-network.ts";

const minuteMs = 60_000;
const folders: string[] = [];
const newFolder = () => {
  const folder = mkdtempSync("/var/tmp/coldmark-python-");
  folders.push(folder);
  return folder;
};
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

describe("killed in the middle, and its broker too", () => {
  const since = Date.now() - 20 * minuteMs;
  const network: SmallNetwork = smallNetwork(since);
  const readings = Array.from({ length: 600 }, (_, at) => [
    { s: "t1", ts: since + at * 1_000, t: 5 + (at % 10) / 10 },
    { s: "t2", ts: since + at * 1_000, t: 5.5 },
  ]).flat();
  let deployment: Deployment;
  let store: Store;
  let client: PythonGateway;

  beforeAll(async () => {
    deployment = await deploy("outside", network);
    store = await openStore({ dataDir: deployment.folder, databaseUrl: deployment.env.DATABASE_URL ?? "" });
    const told = (await (await fetch(new URL("/receipt-keys.json", deployment.service.url))).json()) as {
      keys: { kid: string; publicKey: string }[];
    };
    client = pythonGateway({
      ...{ folder: newFolder(), gateway: network.gateway.id, password: network.gateway.password },
      ...{ kid: network.gateway.key.kid, privateKey: network.gateway.key.privateKey },
      port: Number(new URL(deployment.doors.mqttUrl).port),
      receiptKeys: told.keys.map(({ kid, publicKey }) => ({ kid, publicKey: fromBase64(publicKey) })),
      readings: readings.map((reading) => JSON.stringify(reading)),
      ...{ perMessage: 5, more: ["--until-empty"] },
    });
  });
  afterAll(async () => {
    await client?.kill9();
    await store?.close();
    await deployment?.stop();
  });
  const accepted = () => store.as({ role: "worker" }, (tx) => tx.select().from(inbox));
  const messages = async () => (await accepted()).filter(({ lane }) => lane === "data" || lane === "hist");

  it("it delivers every reading, and empties its memory", async () => {
    const reached = async (count: number) =>
      expect
        .poll(async () => (await messages()).length, { timeout: 60_000, interval: 20 })
        .toBeGreaterThan(count);
    client.start();
    await reached(0);
    await client.kill9();
    client.start();
    await reached(60);
    await deployment.outside?.broker.down();
    await client.kill9();
    await deployment.outside?.broker.restart();
    client.start();
    await reached(120);
    await client.kill9();
    client.start();
    const { code, words } = await client.ended();
    expect({ code, words }).toMatchObject({
      code: 0,
      words: expect.stringMatching(/last seq 240, 0 waiting\n$/),
    });
    expect(words).not.toContain("ALARM");
    expect([client.count("messages"), client.count("readings")]).toEqual([0, 0]);
    const came = (await messages()).map(({ payload }) => {
      const { body } = JSON.parse(Buffer.from(payload).toString("utf8")) as { body: string };
      return JSON.parse(Buffer.from(body, "base64").toString("utf8")) as { seq: number; readings: unknown[] };
    });
    const bySeq = new Map(came.map((message) => [message.seq, message.readings]));
    expect([...bySeq.keys()].sort((a, b) => a - b)).toEqual(Array.from({ length: 240 }, (_, at) => at + 1));
    expect(new Set([...bySeq.values()].flat().map((one) => JSON.stringify(one)))).toEqual(
      new Set(readings.map((reading) => JSON.stringify(reading))),
    );
  });

  it("nothing of it is refused, and no number is missing or used twice", async () => {
    const kept = await store.as({ role: "worker" }, async (tx) => [
      await tx.select().from(deadLetters),
      (await tx.select().from(findings)).filter(({ kind }) => kind.startsWith("SEQ")),
    ]);
    expect(kept).toEqual([[], []]);
  });

  it("a message that can't be read holds it up only until it goes empty", async () => {
    const folder = newFolder();
    const { id, password, key } = network.gateway;
    const line = (t: string) => `{"s":"t1","ts":${Date.now()},"t":${t}}`;
    const careless = pythonGateway({
      ...{ folder, gateway: id, password, kid: key.kid, privateKey: key.privateKey },
      port: Number(new URL(deployment.doors.mqttUrl).port),
      receiptKeys: [deployment.doors.receiptKey],
      readings: [line("5.1"), line("NaN")],
      perMessage: 1,
      patch: "kit.RESEND_AFTER_S, kit.TRIED_S, kit.unreadable = 0.1, 0.5, lambda body: None",
    });
    try {
      careless.start();
      await expect
        .poll(
          () => {
            if (careless.words().includes("goes empty")) return careless.count("messages");
            careless.read([line("5.2")]);
            return null;
          },
          { timeout: 60_000, interval: 500 },
        )
        .toBe(0);
      expect(careless.words()).toContain("seq 2 goes empty");
      expect(careless.words()).not.toContain("running hash");
      const [letters, seqFindings] = await store.as({ role: "worker" }, async (tx) => [
        await tx.select().from(deadLetters),
        (await tx.select().from(findings)).filter(({ kind }) => kind.startsWith("SEQ")),
      ]);
      expect(new Set(letters.map(({ reason }) => reason))).toEqual(
        new Set(["MALFORMED", "TOO_MANY_READINGS"]),
      );
      expect(seqFindings).toEqual([]);
      const kept = JSON.parse(readFileSync(join(folder, "flash.db.unreadable"), "utf8")) as {
        payload: string;
      };
      const raw = (await messages()).map(({ payload }) => toBase64(payload));
      expect(raw).toContain(kept.payload);
    } finally {
      await careless.kill9();
    }
  });
});

describe("a message that can't be read", () => {
  const seed = Uint8Array.from({ length: 32 }, (_, n) => n);
  /** A client on a clock of ours, and receipts of ours; `tell` prints a line of the answer. */
  const prelude = (folder: string, perMessage: number) => `
import base64, json, time
now, seed, ts = [0.0], bytes.fromhex("${toHex(seed)}"), int(time.time() * 1000)
flash = kit.Flash("${folder}/flash.db")
g = kit.Gateway(flash, "gw-0001", {"r": kit.public_key(seed)}, "k", seed, ${perMessage}, lambda: now[0])
def tell(*what): print(json.dumps(what))
def rows(): return flash.db.execute("SELECT seq, payload FROM messages ORDER BY seq").fetchall()
def body(payload): return base64.b64decode(json.loads(payload)["body"]).decode()
def aside(): return [json.loads(line) for line in open(flash.aside)]
def chain(upTo):
    h = bytes(32)
    for seq, payload in rows()[:upTo]: h = kit.running_hash(h, payload)
    return h
def receipt(up_to, also, digest):
    value = {"v": 1, "boot": g.boot, "upTo": up_to, "also": also, "hash": digest.hex(), "time": 1, "kid": "r"}
    value["sig"] = base64.b64encode(kit.sign(seed, kit.signed("coldmark/receipt/1", g.topic("receipt"), kit._compact(value, sort=True)))).decode()
    return g.hear_receipt(g.topic("receipt"), kit._compact(value))
def sent(seq, at):
    now[0] = at
    g.note_sent(seq)
`;
  const answers = (script: string) =>
    askPython(script)
      .trim()
      .split("\n")
      .map((text) => JSON.parse(text) as unknown[]);

  it("gets no number: the readings at fault are set aside, the others go", () => {
    const folder = newFolder();
    const told = answers(`${prelude(folder, 60)}
values = [4.2, float("nan"), 4.3, "x" * 200_000, "\\ud800", 4.4] + ["y" * 60_000] * 5
g.take([{"s": "t1", "ts": ts + n, "t": value} for n, value in enumerate(values)])
while g.number(True) is not None: pass
readings = [one["t"] for _, payload in rows() for one in json.loads(body(payload), parse_constant=kit._no_float)["readings"]]
tell([value if isinstance(value, float) else len(value) for value in readings], flash.count("readings"))
tell(max(len(payload) for _, payload in rows()) <= 262_144, [seq for seq, _ in rows()] == list(range(1, len(rows()) + 1)))
tell([one["why"].split(":")[0] for one in aside()])
tell("NaN" in aside()[0]["reading"])`);
    expect(told).toEqual([
      [[4.2, 4.3, 4.4, 60_000, 60_000, 60_000, 60_000, 60_000], 0],
      [true, true],
      [["ValueError", expect.stringContaining("bytes"), "UnicodeEncodeError"]],
      [true],
    ]);
  });

  it("with a number all the same goes empty, once tried for an hour and told by a receipt to be passed over", () => {
    const folder = newFolder();
    const told = answers(`${prelude(folder, 1)}
look, kit.unreadable = kit.unreadable, lambda body: None
g.take([{"s": "t1", "ts": ts + n, "t": value} for n, value in enumerate([4.2, float("nan"), 4.3])])
while g.number(True) is not None: pass
kit.unreadable = look
bad = rows()[1][1]
h1 = chain(1)
is_bad = lambda: dict(rows())[2] == bad
for seq in (1, 2, 3): sent(seq, 0)
tell("few sends", receipt(1, [[3, 3]], h1), is_bad())
for at in (600, 1200, 1800, 2400, 3599): sent(2, at)
tell("too soon", receipt(1, [[3, 3]], h1), is_bad())
sent(2, 3600)
tell("another's hash", "ALARM" in receipt(1, [[3, 3]], bytes(32)), is_bad(), flash.get("seq"))
tell("nothing after it", receipt(1, [], h1), is_bad(), flash.get("seq"))
tell("sent before", receipt(1, [[3, 3]], h1), is_bad(), flash.get("seq"))
tell("asked once", receipt(1, [[3, 3]], h1), is_bad(), flash.get("seq"))
sent(4, 3601)
tell("passed over", receipt(1, [[3, 4]], h1), is_bad())
emptied = dict(rows())[2]
tell(json.loads(body(emptied)) | {"boot": 0, "sent": 0})
tell([base64.b64decode(one["payload"]) == bad for one in aside()], [one["seq"] for one in aside()])
due = [row[0] for row in g.due()]
for at in (3700, 4700, 5700, 6700, 7700, 7800): sent(2, at)
g.take([{"s": "t1", "ts": ts + 10, "t": 4.4}])
g.number(True)
sent(5, 7900)
tell("emptied once", due, receipt(1, [[3, 5]], h1), dict(rows())[2] == emptied)
tell(receipt(5, [], kit.running_hash(kit.running_hash(kit.running_hash(kit.running_hash(h1, emptied), dict(rows())[3]), dict(rows())[4]), dict(rows())[5])), flash.count("messages"))`);
    expect(told).toEqual([
      ["few sends", null, true],
      ["too soon", null, true],
      ["another's hash", true, true, 3],
      ["nothing after it", null, true, 3],
      ["sent before", null, true, 4],
      ["asked once", null, true, 4],
      ["passed over", expect.stringContaining("goes empty"), false],
      [{ v: 1, boot: 0, seq: 2, sent: 0, readings: [] }],
      [[true], [2]],
      ["emptied once", [2], null, true],
      [null, 0],
    ]);
  });
});

describe("its memory", () => {
  const device = seedOf("test").key("gw-1");
  it.each(["none", "forged"] as const)(
    "keeps everything under receipts that are %s, and empties under true ones",
    async (kind) => {
      const stub = await startReceiptBroker([device]);
      stub.receipts = kind;
      const client = pythonGateway({
        ...{
          folder: newFolder(),
          gateway: "gw-1",
          password: "x",
          kid: device.kid,
          privateKey: device.privateKey,
        },
        port: Number(new URL(stub.mqttUrl).port),
        receiptKeys: [{ kid: receiptKey.kid, publicKey: publicKeyOf(receiptKey.privateKey) }],
        readings: Array.from({ length: 9 }, (_, at) => `{"s":"t1","ts":${1_767_225_600_000 + at},"t":4.2}`),
        ...{ perMessage: 3, more: ["--until-empty", "--mqtt311"] },
      });
      try {
        client.start();
        await stub.reached(3);
        if (kind === "forged") await expect.poll(client.words).toContain("signature doesn't hold");
        expect(client.count("messages")).toBe(3);
        stub.cut();
        await stub.reached(6);
        expect(client.count("messages")).toBe(3);
        stub.receipts = "signed";
        stub.cut();
        expect((await client.ended()).code).toBe(0);
        expect(client.count("messages")).toBe(0);
        expect(stub.taken.every(({ signed }) => signed)).toBe(true);
        const seqs = stub.taken.slice(0, 6).map(({ body }) => body.seq);
        expect(seqs).toEqual([1, 2, 3, 1, 2, 3]);
        const states = stub.statuses.map((text) => (JSON.parse(text) as { online: boolean }).online);
        expect(states).toEqual(states.map((_, at) => at % 2 === 0));
        expect(states.at(-1)).toBe(false);
      } finally {
        await client.kill9();
        await stub.stop();
      }
    },
  );
});

describe("its words", () => {
  const seed = Uint8Array.from({ length: 32 }, (_, n) => n);
  const topic = "coldmark/v1/gw-0001/data";

  it.each([0, 1, 31, 32, 33, 500])("signs %i bytes as we do, and verifies what we sign", (length) => {
    const message = Uint8Array.from({ length }, (_, n) => (n * 7) & 255);
    const key = Uint8Array.from({ length: 32 }, (_, n) => (n * length + 3) & 255);
    const sig = toHex(signEd25519(key, message));
    const printed = askPython(
      `m, k, s = bytes.fromhex("${toHex(message)}"), bytes.fromhex("${toHex(key)}"), bytes.fromhex("${sig}")
p = kit.public_key(k)
bad = [kit.verify(p, m + b"x", s), kit.verify(p, m, s[:63]), kit.verify(p, m, s[:32] + (int.from_bytes(s[32:], "little") + kit.L).to_bytes(32, "little")), kit.verify(bytes(31), m, s), kit.verify(b"\\xff" * 32, m, s)]
print(p.hex(), kit.sign(k, m).hex(), kit.verify(p, m, s), any(bad))`,
    );
    expect(printed.trim()).toBe(`${toHex(publicKeyOf(key))} ${sig} True False`);
  });

  it("wraps a body that our own verification takes", () => {
    const body = '{"v":1,"boot":1,"seq":1,"sent":1,"readings":[{"s":"t1","ts":1,"t":4.2}]}';
    const printed = askPython(
      `print(kit.make_message("${topic}", sys.stdin.read().encode(), "k", bytes.fromhex("${toHex(seed)}")).decode())`,
      body,
    );
    const message = JSON.parse(printed) as Record<string, string>;
    expect(message).toMatchObject({ v: 1, kid: "k", alg: "Ed25519", body: toBase64(utf8(body)) });
    const signature = fromBase64(message.sig ?? "");
    expect(verifySignature("Ed25519", publicKeyOf(seed), messageToSign(topic, utf8(body)), signature)).toBe(
      true,
    );
  });

  it("obeys a command once, of a higher counter, for its own topic", () => {
    const zero = Uint8Array.of(0);
    const commandOf = (counter: number, forTopic: string) => {
      const command = { v: 1, counter, time: 1, command: "resend", boot: 7, ranges: [[2, 3]], kid: "r" };
      const signed = concatBytes(
        utf8("coldmark/command/1"),
        zero,
        utf8(forTopic),
        zero,
        utf8(canonicalize(command)),
      );
      return JSON.stringify({ ...command, sig: toBase64(signEd25519(seed, signed)) });
    };
    const own = "coldmark/v1/gw-0001/command";
    const lines = [
      commandOf(1, own),
      commandOf(1, own),
      commandOf(2, "coldmark/v1/gw-0002/command"),
      commandOf(3, own),
    ];
    const printed = askPython(
      `flash = kit.Flash(":memory:"); flash.set(boot=7, seq=4, upTo=0, hash=bytes(32), running=bytes(32))
g = kit.Gateway(flash, "gw-0001", {"r": bytes.fromhex("${toHex(publicKeyOf(seed))}")})
for line in sys.stdin.read().split("\\n"):
    g.sent_at = {1: 0, 2: 0, 3: 0, 4: 0}
    print(g.hear_command("${own}", line.encode()), sorted(g.sent_at))`,
      lines.join("\n"),
    );
    expect(printed.trim().split("\n")).toEqual([
      "None [1, 4]",
      "a command that was heard before [1, 2, 3, 4]",
      "a command whose signature doesn't hold [1, 2, 3, 4]",
      "None [1, 4]",
    ]);
  });
});
