import { ed25519 } from "@noble/curves/ed25519.js";
import { describe, expect, it } from "vitest";
import { concatBytes, toBase64, utf8 } from "#domain/log/bytes.ts";
import { canonicalize } from "#domain/log/canonical.ts";
import { messageToSign, signEd25519 } from "#domain/log/signature.ts";
import { observe, type Packet, type Watched } from "./observe.ts";
import { isPassed, reportOn } from "./report.ts";

const startMs = 1_767_225_600_000;
const [own, ours, foreign] = [1, 2, 3].map((fill) => new Uint8Array(32).fill(fill)) as [
  Uint8Array,
  Uint8Array,
  Uint8Array,
];
const publicKey = ed25519.getPublicKey(own);
const watched: Watched = {
  gateway: "gw-01",
  keys: new Map([["k", { kid: "k", alg: "Ed25519", publicKey, revokedAt: null }]]),
  receiptKeys: [{ kid: "r", publicKey: ed25519.getPublicKey(ours) }],
};

/** One thing on the wire, `at` seconds after the start; a message is signed as it goes out. */
interface Event {
  at: number;
  level: string;
  seq?: number;
  /** Seconds; of the message's clock and of its first reading. */
  sent?: number;
  first?: number;
  readings?: number;
  value?: object;
  key?: Uint8Array;
  statement?: Record<string, unknown>;
  isBare?: boolean;
  isWill?: boolean | null;
  qos?: number;
  retain?: boolean;
}

const message = (seq: number, at: number, more: Partial<Event> = {}): Event => ({
  at,
  level: "data",
  seq,
  ...more,
});
const receipt = (upTo: number, at: number): Event => ({
  at,
  level: "receipt",
  statement: { boot: 1, upTo, also: [] },
});
const status = (online: unknown, at: number): Event => ({
  at,
  level: "status",
  statement: { online },
  retain: true,
});
const command = (seq: number, at: number): Event => ({
  ...{ at, level: "command" },
  statement: { boot: 1, counter: 1, command: "resend", ranges: [[seq, seq]] },
});

/** A device that keeps every duty, in all the situations that show them. */
function goodDevice(): Event[] {
  const steady = [1, 2, 3, 4, 5].flatMap((seq) => [message(seq, seq * 10), receipt(seq, seq * 10 + 1)]);
  const withoutReceipt = [message(6, 60), message(6, 95, { sent: 60, first: 60 }), receipt(6, 150)];
  const outage = [status(false, 200), status(true, 500), message(7, 501), receipt(7, 502)];
  const waited = [
    message(8, 503, { level: "hist", first: 210 }),
    message(9, 504, { level: "hist", first: 270 }),
    receipt(9, 505),
  ];
  const asked = [
    message(10, 506),
    command(10, 515),
    message(10, 516, { sent: 506, first: 506 }),
    receipt(10, 520),
  ];
  const takenOver = [525, 530, 536].flatMap((at, n) => [status(false, at), status(true, at + 2 ** n)]);
  return [status(true, 0), ...steady, ...withoutReceipt, ...outage, ...waited, ...asked, ...takenOver];
}

function packetOf({ at, level, qos = 1, retain = false, isWill = null, ...event }: Event): Packet {
  const topic = `coldmark/v1/gw-01/${level}`;
  const payload = event.statement ? answer(topic, level, event.statement) : signed(topic, event, at);
  return { topic, qos, retain, isOld: at === 0, isWill, at: startMs + at * 1_000, payload };
}

function signed(topic: string, event: Omit<Event, "at" | "level">, at: number): Uint8Array {
  const { seq = 0, sent = at, first = at, readings = 1, value = { t: 5 }, key = own } = event;
  const list = Array.from({ length: readings }, (_, n) => ({
    s: "t1",
    ts: startMs + first * 1_000 + n,
    ...value,
  }));
  const body = utf8(JSON.stringify({ v: 1, boot: 1, seq, sent: startMs + sent * 1_000, readings: list }));
  if (event.isBare) return body;
  const sig = toBase64(signEd25519(key, messageToSign(topic, body)));
  return utf8(JSON.stringify({ v: 1, kid: "k", alg: "Ed25519", sig, body: toBase64(body) }));
}

function answer(topic: string, level: string, statement: Record<string, unknown>): Uint8Array {
  if (level === "status") return utf8(JSON.stringify({ v: 1, boot: 1, ...statement }));
  const zero = Uint8Array.of(0);
  const full = { v: 1, kid: "r", time: 1, ...statement };
  const bytes = concatBytes(utf8(`coldmark/${level}/1`), zero, utf8(topic), zero, utf8(canonicalize(full)));
  return utf8(JSON.stringify({ ...full, sig: toBase64(signEd25519(ours, bytes)) }));
}

function judged(events: readonly Event[], nowS = 600, keepAliveMs?: number) {
  const seen = events.map((event) => observe(watched, packetOf(event))).filter((one) => one !== null);
  return reportOn(seen, startMs + nowS * 1_000, keepAliveMs);
}
const notPassed = (lines: ReturnType<typeof judged>) =>
  lines.filter(({ state }) => state !== "pass").map(({ state, duty }) => `${state}: ${duty.id}`);

const without = (events: Event[], drop: (event: Event, n: number) => boolean) =>
  events.filter((one, n) => !drop(one, n));
const changed = (pick: (event: Event, n: number) => boolean, more: Partial<Event>) =>
  goodDevice().map((event, n) => (pick(event, n) ? { ...event, ...more } : event));
const isMessage = (seq: number, time = 1) => {
  let count = 0;
  return (event: Event) => event.seq === seq && ++count === time;
};

describe("gateway-check", () => {
  it("passes a device that keeps every duty", () => {
    const lines = judged(goodDevice());
    expect(lines.filter(({ state }) => state !== "pass")).toEqual([]);
    expect(isPassed(lines)).toBe(true);
  });

  it.each<[string, Event[], number?]>([
    ["shape", changed(isMessage(3), { value: { humidity: 40 } })],
    ["signature", changed(isMessage(3), { key: foreign })],
    ["qos", changed(isMessage(3), { qos: 0 })],
    ["retain", changed(isMessage(3), { retain: true })],
    ["readings", changed(isMessage(3), { readings: 61 })],
    ["clock", goodDevice().map((one) => ({ ...one, sent: (one.sent ?? one.at) - 300 }))],
    ["clock", goodDevice().map((one) => (one.seq === 10 ? { ...one, first: 906 } : one))],
    ["sequence", without(goodDevice(), isMessage(3))],
    ["same bytes", changed(isMessage(6, 2), { value: { t: 6 } })],
    ["resend", without(goodDevice(), isMessage(6, 2))],
    [
      "receipts",
      [...goodDevice().slice(0, 9), message(2, 42, { sent: 20, first: 20 }), ...goodDevice().slice(9)],
    ],
    [
      "commands",
      [
        ...without(goodDevice(), ({ at }) => at >= 515),
        message(10, 510, { sent: 506, first: 506 }),
        command(10, 515),
        receipt(10, 580),
      ],
    ],
    ["status", changed(({ level }) => level === "status", { retain: false })],
    ["status", [...goodDevice(), status("yes", 590)]],
    ["last will", without(goodDevice(), ({ at }) => at >= 200), 1_000],
    ["data first", [...goodDevice().filter(({ at }) => at < 501), ...histFirst()]],
    ["data first", changed(({ seq }) => seq === 9, { first: 205 })],
    ["old readings", changed(isMessage(7), { first: 210 })],
    ["old readings", changed(isMessage(7), { sent: 300, first: 300 })],
    [
      "back-off",
      [
        ...goodDevice(),
        ...[560, 565, 570, 575, 580].flatMap((at) => [status(false, at), status(true, at + 2)]),
      ],
    ],
  ])("fails a device in %s only, when that duty is broken", (id, events, nowS) => {
    const lines = judged(events, nowS);
    const failed = lines.filter(({ state }) => state === "fail").map(({ duty }) => duty.id);
    expect(failed).toEqual([id]);
    expect(isPassed(lines)).toBe(false);
  });

  it("says of what did not happen that it was not seen, and does not pass it", () => {
    const lines = judged(goodDevice().slice(0, 11), 75);
    const unseen = lines.filter(({ state }) => state === "not seen").map(({ duty }) => duty.id);
    expect(unseen).toEqual([
      "same bytes",
      "resend",
      "commands",
      "last will",
      "data first",
      "old readings",
      "back-off",
    ]);
    expect(lines.filter(({ state }) => state === "fail")).toEqual([]);
    expect(isPassed(lines)).toBe(false);
    expect(judged([]).every(({ state }) => state === "not seen")).toBe(true);
  });

  /** The outage ends the connection at another time, or is told by a broker that knows a will. */
  const gone = (at: number, isWill: boolean | null = null) =>
    changed(({ level, at: then }) => level === "status" && then === 200, { at, isWill });

  it("takes no device's own goodbye for a last will", () => {
    expect(notPassed(judged(gone(152)))).toEqual(["not seen: last will"]);
    expect(notPassed(judged(gone(200, false)))).toEqual(["not seen: last will"]);
    expect(notPassed(judged(gone(152, true)))).toEqual([]);
    expect(notPassed(judged(gone(152), 600, 20_000))).toEqual([]);
  });

  it("takes no single return, and no return as quick as the last, for growing pauses", () => {
    const once = goodDevice().filter(({ at }) => at < 525);
    expect(notPassed(judged(once))).toEqual(["not seen: back-off"]);
    const steady = [525, 530, 535].flatMap((at) => [status(false, at), status(true, at + 1)]);
    expect(notPassed(judged([...once, ...steady]))).toEqual(["not seen: back-off"]);
  });

  it("doesn't blame a message numbered before the outage for coming late on data", () => {
    expect(notPassed(judged(changed(isMessage(7), { sent: 190, first: 190 })))).toEqual([]);
  });

  it("doesn't pass a device that signs nothing, nor one whose key it wasn't given", () => {
    const keyless = { ...watched, keys: new Map() };
    const seenBy = (events: Event[]) =>
      reportOn(
        events.flatMap((event) => observe(keyless, packetOf(event)) ?? []),
        startMs + 600_000,
      );
    const state = (events: Event[]) => seenBy(events).find(({ duty }) => duty.id === "signature")?.state;
    expect(state(goodDevice())).toBe("fail");
    expect(state(goodDevice().map((one) => ({ ...one, isBare: true })))).toBe("not seen");
  });

  it("believes no receipt but ours", () => {
    const forged = changed(({ level }) => level === "receipt", {
      statement: { boot: 1, upTo: 10, also: [], kid: "x" },
    });
    expect(judged(forged).find(({ duty }) => duty.id === "receipts")?.state).toBe("not seen");
  });
});

/** The return with what waited before what is new. */
function histFirst(): Event[] {
  return [
    message(7, 501, { level: "hist", first: 210 }),
    message(8, 502, { level: "hist", first: 270 }),
    ...[message(9, 503), receipt(9, 505), message(10, 506), receipt(10, 520)],
  ];
}
