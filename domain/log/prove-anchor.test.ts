import { describe, expect, it } from "vitest";
import { TestLog } from "#test/support/test-log.ts";
import type { Bundle } from "./bundle.ts";
import { toHex } from "./bytes.ts";
import { type Rpc, revocationSubject, sealDigest } from "./chain-view.ts";
import { verifyBundle } from "./verify.ts";

const dayMs = 86_400_000;
const today = 20_458;
const at = today * dayMs + 8 * 3_600_000;
const pack = "https://id.gs1.org/01/06901234567892/21/A1";
const chinaPack = "urn:x-cn:dtc:81234567890123456789";
const lot = "https://id.gs1.org/01/06901234567892/10/L1";

/** A chain as the contract and an honest endpoint would answer; `recalled` is a lot's subject. */
function chainOf(log: TestLog, bundle: Bundle, now: number, recalled = ""): Rpc {
  const word = (value: number) => value.toString(16).padStart(64, "0");
  const [, size, root] = bundle.checkpoint.split("\n");
  const head = toHex(new Uint8Array(Buffer.from(root ?? "", "base64"))) + word(Number(size));
  const digests = new Map(
    [...log.days].map(([day, { at: anchoredAt, tree }]) => [
      day,
      sealDigest({ size: tree.size, root: toHex(tree.root), anchoredAt }),
    ]),
  );
  const seals = (data: string) => {
    const [from, to] = [74, 138].map((offset) => Number.parseInt(data.slice(offset, offset + 64), 16));
    const days = Array.from({ length: (to ?? 0) - (from ?? 0) + 1 }, (_, n) => (from ?? 0) + n);
    return word(32) + word(days.length) + days.map((day) => digests.get(day) ?? word(0)).join("");
  };
  const call = ({ to, data }: { to?: string; data: string }) => {
    if (to === undefined) return log.trust.codeHash;
    if (data.length === 74) {
      const isRecall = data.endsWith(recalled) && recalled !== "";
      const isHead = data.endsWith(log.trust.logId.slice(2));
      return isHead
        ? `0x${head}${word(0)}${word(now / 1000)}${word(0)}`
        : `0x${word(isRecall ? 1 : 0)}${word(0)}`;
    }
    return `0x${seals(data)}`;
  };
  return async (method, params) => {
    if (method === "eth_chainId") return `0x${log.trust.chainId.toString(16)}`;
    if (method === "eth_getBlockByNumber")
      return { number: "0x1", hash: "0x", timestamp: `0x${(now / 1000).toString(16)}` };
    return call(params[0] as { to?: string; data: string });
  };
}

const event = (log: TestLog, when: number, code = pack) =>
  log.append(code, "event", { from: when, to: when }, { lot: "L1", gtin: "06901234567892" });

async function verdict(
  log: TestLog,
  change: (bundle: Bundle) => void = () => {},
  code = pack,
  recalled = "",
  onCall = () => {},
) {
  const bundle = log.bundle(code, [lot], log.close(at + dayMs));
  change(bundle);
  const chain = chainOf(log, bundle, at + dayMs, recalled);
  const rpc: Rpc = (method, params) => {
    onCall();
    return chain(method, params);
  };
  return (await verifyBundle(JSON.stringify(bundle), { trust: log.trust, code, rpc })).result;
}

const leaveOut = (day: number) => (bundle: Bundle) =>
  Object.assign(bundle, { days: bundle.days.filter((proof) => proof.day !== day) });

describe("the seals that an answer relies on", () => {
  it("are those of every day since the code's first statement", async () => {
    const log = new TestLog();
    event(log, at);
    log.sealDay(today, at + 1000);
    expect(await verdict(log)).toBe("VALID_FINAL");
    expect(await verdict(log, leaveOut(today))).toBe("ANCHOR_UNPROVED");
  });

  it("show that the code was unknown before: a second version of its stream is no new code", async () => {
    const log = new TestLog();
    event(log, at - 10 * dayMs);
    log.sealDay(today - 5, at - 5 * dayMs);
    const first = log.rows.findIndex(({ opening }) => opening.header.kind === "event");
    log.rows.splice(first, 1, { ...log.rows[first], stream: "00".repeat(32) } as (typeof log.rows)[number]);
    event(log, at);
    expect(await verdict(log, leaveOut(today - 5))).toBe("ANCHOR_UNPROVED");
    expect(await verdict(log)).toBe("FORK_DETECTED");
  });

  it.each([today + 400, 2 ** 31, Number.MAX_SAFE_INTEGER])(
    "are not looked for up to any day: %i",
    async (day) => {
      const log = new TestLog();
      event(log, at);
      let calls = 0;
      const claim = (bundle: Bundle) => {
        const [, size, root] = bundle.checkpoint.split("\n");
        const streams = Object.fromEntries(bundle.streams.map(({ stream, head }) => [stream, head]));
        const hex = Buffer.from(root ?? "", "base64").toString("hex");
        const last = { day, size: Number(size), root: hex, anchoredAt: at, heads: bundle.heads, streams };
        Object.assign(bundle, { days: [last] });
      };
      const count = () => {
        calls += 1;
      };
      expect(await verdict(log, claim, pack, "", count)).toBe("FORK_DETECTED");
      expect(calls).toBeLessThan(10);
    },
  );

  it("are those on the chain", async () => {
    const log = new TestLog();
    event(log, at);
    log.sealDay(today, at + 1000);
    const later = (bundle: Bundle) => Object.assign(bundle.days[0] ?? {}, { anchoredAt: at + 5000 });
    expect(await verdict(log, later)).toBe("FORK_DETECTED");
  });
});

describe("a recall on chain", () => {
  it.each([pack, chinaPack])("revokes the packs of the lot: %s", async (code) => {
    const log = new TestLog();
    event(log, at, code);
    expect(await verdict(log, () => {}, code)).toBe("VALID_FINAL");
    expect(await verdict(log, () => {}, code, revocationSubject("06901234567892", "L1"))).toBe("REVOKED");
    expect(await verdict(log, () => {}, code, revocationSubject("06901234567892", "L2"))).toBe("VALID_FINAL");
  });
});
