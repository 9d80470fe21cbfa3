import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { encodeExtend, encodeRevoke, encodeSetRevoker } from "#anchor/contract.ts";
import type { Bundle, TrustFile } from "#domain/log/bundle.ts";
import { consistencyProof, leafHash, treeRoot } from "#domain/log/merkle.ts";
import { type Deployment, deploy } from "../support/deployment.ts";
import { startLyingRpc } from "../support/lying-rpc.ts";
import { type Operator, takeOver } from "../support/operator.ts";
import { coldmark } from "../support/service.ts";
import { answerWhen, capture, made, packEvent, sold } from "../support/small-scenario.ts";
import { audit as auditWith, bundleText, fsck, verify as verifyWith } from "../support/stranger.ts";
import { TestLog } from "../support/test-log.ts";
import { publishRooms, twoRooms } from "../support/two-rooms.ts";

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
/** Windows of a minute; the equipment is there since a whole window's start. */
const since = Math.floor((Date.now() - 2 * hourMs) / minuteMs) * minuteMs;
const until = since + hourMs;
/** In the middle of a window, which therefore travels with its readings. */
const soldAt = until - 10 * minuteMs + minuteMs / 2;
const network = twoRooms(since);
const packOf = (serial: string) => `https://id.gs1.org/01/${network.gtin}/21/${serial}`;
const [good, beside, warm, moved, recalled] = [
  packOf("GOOD1"),
  packOf("BESIDE2"),
  packOf("WARM3"),
  packOf("MOVED4"),
  packOf("RECALLED5"),
] as const;

let deployment: Deployment;
let operator: Operator;

/** The server keeps an answer for three seconds, so an attack shows in the bundle after that; each look is a process. */
const keptFor = { timeout: 60_000 };
/** An anchor, a day's seal or a sealed window more, and then the same. */
const sealedFor = { timeout: 90_000 };

const verify = (code = good, how: Parameters<typeof verifyWith>[2] = {}) => verifyWith(deployment, code, how);
const audit = (equipment = "cold-room") => auditWith(deployment, { equipment, from: since, to: until });

/** Before each attack: nothing differs, and the newest anchor becomes final. */
async function expectUntouched(code = good, equipment = "cold-room"): Promise<void> {
  await expect.poll(async () => (await verify(code)).result, sealedFor).toBe("VALID_FINAL");
  expect(await audit(equipment)).toEqual({ exit: 0, kinds: ["AGREES"] });
}

async function tell(events: readonly object[], signed = true): Promise<void> {
  const response = await capture(network, deployment.service.url, events, signed);
  expect([response.status, await response.text()]).toEqual([202, expect.anything()]);
}

const subjectOf = (label: string) => `urn:coldmark:equipment:${label}`;

/** The newest version of a whole window of the stay. */
async function aWindow(): Promise<number> {
  const text = "select index from entries where subject = $1 and from_ms = $2 order by seq desc limit 1";
  const [row] = await operator.sql<{ index: string }>(text, [subjectOf(network.label), since + 5 * minuteMs]);
  return Number(row?.index);
}

beforeAll(async () => {
  const settings = { SEGMENT_MS: String(minuteMs), SEGMENT_MOVING_MS: String(minuteMs) };
  deployment = await deploy("outside", network, settings);
  operator = await takeOver(deployment);
  await publishRooms(network, deployment.doors, { from: since, to: until });
  await tell([
    made(network, [good, beside], since),
    made(network, [warm, moved], since, { room: network.warmRoom }),
    made(network, [recalled], since, { lot: "L2" }),
    ...[good, recalled].map((code) => sold(network, code, soldAt)),
    sold(network, warm, soldAt, { room: network.warmRoom }),
  ]);
  await answerWhen(
    deployment.service.url,
    good,
    ({ cold, proof }) => cold.state === "COMPLIANT" && proof.result === "VALID_FINAL",
  );
});
afterAll(async () => {
  await operator?.stop();
  await deployment?.stop();
});

describe("a bundle", () => {
  it("shows no other serial, organisation, gateway, key or equipment by its id", async () => {
    const url = new URL(`/v1/provenance/${encodeURIComponent(good)}/bundle`, deployment.service.url);
    const text = await (await fetch(url)).text();
    expect(text).toContain("GOOD1");
    expect([...network.secrets, "BESIDE2"].filter((secret) => text.includes(secret))).toEqual([]);
  });

  it("is refused for another pack, and under another log's trust file", async () => {
    await expectUntouched();
    const other = new TestLog().trust;
    writeFileSync(join(deployment.folder, "other-trust.json"), JSON.stringify(other));
    await expect
      .poll(() => verify(good, { trust: "other-trust.json" }), keptFor)
      .toMatchObject({
        exit: 1,
        result: "KEY_UNKNOWN",
      });
    await expect
      .poll(() => verify(good, { more: ["--code", warm] }), keptFor)
      .toMatchObject({
        exit: 1,
        result: "SUBJECT_MISMATCH",
      });
  });

  it.each<[string, string, Parameters<typeof startLyingRpc>[1]]>([
    [
      "is of another chain",
      "CHAIN_UNREACHABLE",
      ({ method }) => (method === "eth_chainId" ? "0x1" : undefined),
    ],
    [
      "shows another contract",
      "ANCHOR_UNPROVED",
      ({ method, params }) =>
        method === "eth_call" && !Object.hasOwn(params[0] as object, "to")
          ? `0x${"11".repeat(32)}`
          : undefined,
    ],
    ["never answers", "CHAIN_UNREACHABLE", () => null],
  ])("is not final by an endpoint that %s: %s", async (_what, result, lie) => {
    const rpc = await startLyingRpc(await deployment.rpcUrl(), lie);
    await expect.poll(() => verify(good, { rpc: rpc.url }), keptFor).toMatchObject({ exit: 1, result });
    await rpc.stop();
  });
});

describe("a back-dated move into the cold room", () => {
  it("is never COMPLIANT, and the warm room still counts", async () => {
    await tell([packEvent(moved, "storing", since + minuteMs, network.room)], false);
    await answerWhen(deployment.service.url, moved, ({ steps }) => steps.length === 2);
    await expect
      .poll(async () => (await verify(moved)).stdout, sealedFor)
      .toMatch(/^VALID_FINAL\n[\s\S]*cold: {2}EXCURSION .*PLACE_BACKDATED/);
  });
});

describe("fsck", () => {
  it("finds nothing where nothing was touched, and names the kind of what was", async () => {
    await expectUntouched();
    expect(await fsck(deployment)).toEqual({ exit: 0, findings: [] });
    const kept = "create table kept_inbox as select * from inbox where id = (select min(id) from inbox)";
    for (const text of [kept, "update inbox set payload = 'x' where id = (select id from kept_inbox)"])
      await operator.sql(text);
    const told = await coldmark(["fsck"], deployment.env);
    expect([told.code, told.stdout.match(/^[A-Z_]+/gm)]).toEqual([
      1,
      expect.arrayContaining(["INBOX_CHANGED", "DIFFERS"]),
    ]);
    const { exit, findings } = await fsck(deployment);
    expect(exit).toBe(1);
    expect(findings).toContainEqual(
      expect.objectContaining({ kind: "INBOX_CHANGED", equipment: null, window: null }),
    );
    await operator.sql(
      "update inbox set payload = kept_inbox.payload from kept_inbox where inbox.id = kept_inbox.id",
    );
  });
});

describe("the operator with the records in hand", () => {
  it("can't change a reading unseen", async () => {
    await expectUntouched();
    const [sensor] = await operator.sql<{ point: string }>("select point from sensors where id = 't1'");
    const at = until - 10 * minuteMs;
    const before = await operator.rewriteReading(sensor?.point ?? "", at, 4_999);
    expect(before).toBe(5_000);
    expect(await audit()).toEqual({ exit: 1, kinds: ["READING_CHANGED", "DIFFERS"] });
    await expect.poll(() => verify(), keptFor).toMatchObject({ exit: 1, result: "TAMPERED" });
    await operator.rewriteReading(sensor?.point ?? "", at, before);
  });

  it("can't change one byte of an entry unseen", async () => {
    await expectUntouched();
    const index = await aWindow();
    const change = (from: string, to: string) =>
      operator.sql("update entries set body = regexp_replace(body, $2, $3) where index = $1", [
        index,
        from,
        to,
      ]);
    await change('"mean":5000', '"mean":5001');
    const { exit, kinds } = await audit();
    expect([exit, kinds]).toEqual([1, expect.arrayContaining(["ENTRY_CHANGED"])]);
    await expect.poll(() => verify(), keptFor).toMatchObject({ exit: 1, result: "TAMPERED" });
    await change('"mean":5001', '"mean":5000');
  });

  it("can't leave a segment out unseen", async () => {
    await expectUntouched();
    const index = await aWindow();
    await operator.sql(`create table kept as select * from entries where index = ${index}`);
    await operator.sql("delete from entries where index = $1", [index]);
    const { exit, kinds } = await audit();
    expect([exit, kinds]).toEqual([1, expect.arrayContaining(["SEQUENCE_BROKEN"])]);
    await expect.poll(() => verify(), keptFor).toMatchObject({ exit: 1, result: "TAMPERED" });
    await operator.sql("insert into entries select * from kept");
  });
});

describe("a recall", () => {
  it("on chain revokes every pack of the lot, and no other", async () => {
    await expectUntouched(recalled);
    const lastMonths = await bundleText(deployment, recalled);
    const [revoker] = await operator.accounts();
    await operator.transact(encodeSetRevoker(network.gtin, revoker ?? "", true));
    await operator.transact(encodeRevoke(network.gtin, "L2", 1));
    await expect.poll(() => verify(recalled), keptFor).toMatchObject({ exit: 1, result: "REVOKED" });
    await expectUntouched(good);
    // Last month's bundle, from before the recall: its own stretch knows of none.
    expect(await verify(recalled, { text: lastMonths })).toMatchObject({ exit: 1, result: "REVOKED" });
  });

  it("by the maker shows in every answer at once", async () => {
    const url = new URL(`/v1/lots/${network.gtin}/L2/recall`, deployment.service.url);
    const headers = { authorization: `Bearer ${network.apiKey}`, "content-type": "application/json" };
    const body = JSON.stringify({ reason: "particles seen" });
    expect((await fetch(url, { method: "POST", headers, body })).status).toBe(200);
    await answerWhen(deployment.service.url, recalled, ({ state }) => state.state === "RECALLED", 5_000);
  });
});

describe("time", () => {
  it("makes an old anchor STALE for whoever asks for a fresh one", async () => {
    await expectUntouched();
    await operator.moveTime(3600);
    await expect
      .poll(() => verify(good, { more: ["--max-age", "1s"] }), keptFor)
      .toMatchObject({ exit: 1, result: "STALE" });
    await expect.poll(() => verify(good, { more: ["--max-age", "2h"] }), keptFor).toMatchObject({ exit: 0 });
  });
});

describe("a stream rebuilt without its excursion and appended again", () => {
  it("is a fork for a phone once a day's seal holds the first version, and for the audit at once", async () => {
    await operator.moveTime(24 * 3600);
    await tell([packEvent(packOf("NEXTDAY"), "commissioning", Date.now(), network.room)]);
    const daysOf = async () => {
      const url = new URL(`/v1/provenance/${encodeURIComponent(warm)}/bundle`, deployment.service.url);
      return ((await (await fetch(url)).json()) as Bundle).days.length;
    };
    await expect.poll(daysOf, sealedFor).toBeGreaterThan(0);
    await expectUntouched(warm, "warm-room");

    const subject = subjectOf(network.warmLabel);
    const rows = await operator.sql<{ kind: string; from_ms: string; to_ms: string; body: string }>(
      "select kind, from_ms, to_ms, body from entries where subject = $1 order by seq",
      [subject],
    );
    expect(rows.map(({ kind }) => kind)).toContain("excursion");
    const rebuilt = rows.filter(({ kind }) => kind !== "excursion");
    await operator.rebuildStream(
      subject,
      rebuilt.map(({ kind, from_ms, to_ms, body }) => ({
        ...{ subject, kind, fromMs: Number(from_ms), toMs: Number(to_ms) },
        body: body.replace(/"(min|max|mean)":12000/g, '"$1":5000'),
      })),
    );
    await tell([packEvent(packOf("AFTERWARDS"), "commissioning", Date.now(), network.room)]);
    await expect.poll(async () => (await verify(warm)).result, sealedFor).toBe("FORK_DETECTED");
    await expect.poll(() => verify(warm), keptFor).toMatchObject({ exit: 1 });
    const { exit, kinds } = await audit("warm-room");
    expect([exit, kinds]).toEqual([1, expect.arrayContaining(["SEQUENCE_BROKEN"])]);
    await expect.poll(() => verify(good), keptFor).toMatchObject({ exit: 0 });
  });
});

describe("one bad extend by a stolen key", () => {
  it("leaves what was anchored as it was, and the check finds a chain that holds more than the log", async () => {
    const { logId } = JSON.parse(readFileSync(join(deployment.folder, "trust.json"), "utf8")) as TrustFile;
    const size = async () =>
      Number(
        (
          await operator.sql<{ n: string }>(
            "select max(new_size) as n from anchor_jobs where state in ('included', 'final')",
          )
        )[0]?.n,
      );
    const extendBadly = async () => {
      const rows = await operator.sql<{ leaf: Buffer }>(
        "select leaf from entries where index < $1 order by index",
        [await size()],
      );
      const ours = rows.map(({ leaf }) => new Uint8Array(leaf));
      const theirs = [...ours, leafHash(Uint8Array.of(1)), leafHash(Uint8Array.of(2))];
      const proof = consistencyProof(theirs, ours.length);
      await operator.transact(
        encodeExtend(logId, { newSize: BigInt(theirs.length), newRoot: treeRoot(theirs), proof }),
      );
    };
    // Our own anchor may move the head in between: then the contract refuses the step, and it is tried again.
    await vi.waitFor(extendBadly, keptFor);
    await expect.poll(() => verify(good), keptFor).toMatchObject({ exit: 0 });
    const { exit, findings } = await fsck(deployment);
    expect(exit).toBe(1);
    expect(findings).toContainEqual(
      expect.objectContaining({
        kind: "ROOT_DIFFERS",
        detail: expect.stringMatching(/^the chain holds (another root|\d+ entries)/),
      }),
    );
  });
});
