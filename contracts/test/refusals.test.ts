import { solidityPackedKeccak256, ZeroAddress, ZeroHash } from "ethers";
import { afterAll, describe, expect, it } from "vitest";
import artifact from "#contracts/ColdmarkLog.json" with { type: "json" };
import { logId, openBench, origin } from "./bench.ts";
import { consistencyProof, root } from "./uniform-tree.ts";

const gtin = "09506000134352";
const unknownId = `0x${"11".repeat(32)}`;
const day = 86_400;
const seen = new Set<string>();

type Bench = Awaited<ReturnType<typeof openBench>>;

/** Expects a refusal whose text begins with the error's name and these facts. */
async function expectRefusal(bench: Bench, who: Person, name: string, args: unknown[], error: string) {
  const refusal = await bench.refusal(bench[who], name, args);
  expect(refusal?.startsWith(error), `${name} by ${who}: ${refusal}, not ${error}`).toBe(true);
  seen.add(error.replace(/\(.*/, ""));
}

type Person = "admin" | "publisher" | "stranger";

describe("ColdmarkLog refuses, and says with which facts", () => {
  it("C1: the wrong caller", async () => {
    const bench = await openBench();
    const { address } = bench.stranger;
    const onlyAdmin: [string, unknown[]][] = [
      ["cancelPublisher", [logId]],
      ["freeze", [logId]],
      ["unfreeze", [logId]],
      ["proposeRetirement", [logId, 0, ZeroHash]],
      ["cancelRetirement", [logId]],
      ["retire", [logId, 0, ZeroHash]],
      ["setRevoker", [gtin, address, true]],
      ["proposeAdmin", [address]],
      ["setRegistrar", [address]],
    ];
    for (const [name, args] of onlyAdmin) {
      await expectRefusal(bench, "stranger", name, args, `NotAdmin(${address})`);
      await expectRefusal(bench, "publisher", name, args, `NotAdmin(${bench.publisher.address})`);
    }
    await expectRefusal(bench, "stranger", "register", ["x", address], `NotRegistrar(${address})`);
    await expectRefusal(bench, "stranger", "acceptAdmin", [], `NotProposedAdmin(${address})`);
    const extend = [logId, 1, root(1), []];
    await expectRefusal(bench, "admin", "extend", extend, `NotPublisher(${logId},${bench.admin.address})`);
    await expectRefusal(
      bench,
      "publisher",
      "extend",
      [unknownId, 1, root(1), []],
      `NotPublisher(${unknownId}`,
    );
    const revoke = [gtin, "L1", 1];
    await expectRefusal(bench, "admin", "revoke", revoke, `NotRevoker(${gtin},${bench.admin.address})`);
    await expectRefusal(bench, "admin", "lift", [gtin, "L1"], "NotRevoker");
  });

  it("a bad registration", async () => {
    const bench = await openBench();
    const { address } = bench.publisher;
    await expectRefusal(bench, "admin", "register", ["", address], "EmptyOrigin()");
    await expectRefusal(bench, "admin", "register", ["x", ZeroAddress], "ZeroAddress()");
    await expectRefusal(bench, "admin", "register", [origin, address], `AlreadyRegistered(${logId})`);
    await expectRefusal(bench, "admin", "setRegistrar", [ZeroAddress], "ZeroAddress()");
    await expectRefusal(bench, "admin", "freeze", [unknownId], `UnknownLog(${unknownId})`);
  });

  it("C2: an extend that doesn't extend: the same again, one that is behind or skips, one without a root", async () => {
    const bench = await openBench();
    const most = 2 ** 24;
    await expectRefusal(bench, "publisher", "extend", [logId, 0, ZeroHash, []], `HeadMoved(${logId},0,`);
    await expectRefusal(
      bench,
      "publisher",
      "extend",
      [logId, 1, root(1), [root(1)]],
      `Inconsistent(${logId},0,1)`,
    );
    const far = [logId, most + 1, root(1), []];
    await expectRefusal(bench, "publisher", "extend", far, `TooManyEntries(${logId},${most + 1},${most})`);
    const extend = [logId, 5, root(5), []];
    await bench.send(bench.publisher, "extend", extend);
    await expectRefusal(bench, "publisher", "extend", extend, `HeadMoved(${logId},5,${root(5)})`);
    await expectRefusal(bench, "publisher", "extend", [logId, 6, root(6), []], `Inconsistent(${logId},5,6)`);
    const rootless = [logId, 7, ZeroHash, consistencyProof(5, 7)];
    await expectRefusal(bench, "publisher", "extend", rootless, `Inconsistent(${logId},5,7)`);
    const foreign = [logId, 7, root(8), consistencyProof(5, 7)];
    await expectRefusal(bench, "publisher", "extend", foreign, `Inconsistent(${logId},5,7)`);
    expect(
      await bench.refusal(bench.publisher, "extend", [logId, 7, root(7), consistencyProof(5, 7)]),
    ).toBeNull();
  });

  it("an extend while frozen, a second freeze, an unfreeze of what isn't frozen", async () => {
    const bench = await openBench();
    await expectRefusal(bench, "admin", "unfreeze", [logId], `NotFrozen(${logId})`);
    await bench.send(bench.admin, "freeze", [logId]);
    await expectRefusal(bench, "publisher", "extend", [logId, 1, root(1), []], `LogFrozen(${logId}`);
    await bench.waitS(7 * day);
    expect(await bench.refusal(bench.publisher, "extend", [logId, 1, root(1), []])).toBeNull();
    await expectRefusal(bench, "admin", "unfreeze", [logId], `NotFrozen(${logId})`);
    await expectRefusal(bench, "admin", "freeze", [logId], `FreezeTooSoon(${logId}`);
    await bench.waitS(23 * day);
    expect(await bench.refusal(bench.admin, "freeze", [logId])).toBeNull();
  });

  it("a rotation out of turn", async () => {
    const bench = await openBench();
    const { stranger } = bench;
    const propose = [logId, stranger.address];
    await expectRefusal(bench, "stranger", "proposePublisher", propose, `NotPublisherOrAdmin(${logId}`);
    await expectRefusal(bench, "admin", "proposePublisher", [logId, ZeroAddress], "ZeroAddress()");
    await expectRefusal(bench, "admin", "proposePublisher", [unknownId, stranger.address], "UnknownLog");
    await expectRefusal(bench, "admin", "cancelPublisher", [logId], `NothingProposed(${logId})`);
    await expectRefusal(bench, "stranger", "acceptPublisher", [logId], `NothingProposed(${logId})`);
    await bench.send(bench.publisher, "proposePublisher", propose);
    await expectRefusal(bench, "publisher", "proposePublisher", propose, `AlreadyProposed(${logId})`);
    await expectRefusal(bench, "publisher", "acceptPublisher", [logId], `NotProposedPublisher(${logId}`);
    await expectRefusal(bench, "stranger", "acceptPublisher", [logId], `TooEarly(${logId}`);
    await bench.send(bench.admin, "cancelPublisher", [logId]);
    await bench.waitS(2 * day);
    await expectRefusal(bench, "stranger", "acceptPublisher", [logId], `NothingProposed(${logId})`);
  });

  it("a retirement out of turn", async () => {
    const bench = await openBench();
    await expectRefusal(bench, "admin", "retire", [logId, 0, ZeroHash], `NothingProposed(${logId})`);
    await expectRefusal(bench, "admin", "cancelRetirement", [logId], `NothingProposed(${logId})`);
    await expectRefusal(
      bench,
      "admin",
      "proposeRetirement",
      [logId, 9, ZeroHash],
      `DayNotSealed(${logId},9)`,
    );
    await expectRefusal(
      bench,
      "admin",
      "proposeRetirement",
      [logId, 0, unknownId],
      `UnknownLog(${unknownId})`,
    );
    await bench.send(bench.admin, "proposeRetirement", [logId, 0, ZeroHash]);
    await expectRefusal(bench, "admin", "retire", [logId, 0, ZeroHash], `TooEarly(${logId}`);
    await expectRefusal(
      bench,
      "admin",
      "retire",
      [logId, 1, ZeroHash],
      `OtherRetirementProposed(${logId},0,`,
    );
    await bench.send(bench.admin, "cancelRetirement", [logId]);
    await bench.send(bench.admin, "proposeRetirement", [logId, 0, ZeroHash]);
    await bench.waitS(2 * day);
    await bench.send(bench.admin, "retire", [logId, 0, ZeroHash]);
    await expectRefusal(bench, "admin", "retire", [logId, 0, ZeroHash], `LogRetired(${logId})`);
    await expectRefusal(bench, "admin", "proposeRetirement", [logId, 0, ZeroHash], `LogRetired(${logId})`);
    await expectRefusal(bench, "publisher", "extend", [logId, 1, root(1), []], `LogRetired(${logId})`);
    expect((await bench.read("head", [logId])).flags).toBe(2n);
  });

  it("a recall out of turn", async () => {
    const bench = await openBench();
    const { address } = bench.stranger;
    const subject = solidityPackedKeccak256(
      ["string", "bytes1", "string", "bytes1", "string"],
      ["lot", "0x00", gtin, "0x00", "L1"],
    );
    await expectRefusal(
      bench,
      "admin",
      "setRevoker",
      ["9506000134352", address, true],
      "BadGtin(9506000134352)",
    );
    await expectRefusal(bench, "admin", "setRevoker", [gtin, ZeroAddress, true], "ZeroAddress()");
    await bench.send(bench.admin, "setRevoker", [gtin, address, true]);
    expect((await bench.read("isRevoker", [gtin, address]))[0]).toBe(true);
    await expectRefusal(bench, "stranger", "revoke", [gtin, "", 1], "EmptyLot()");
    await expectRefusal(bench, "stranger", "lift", [gtin, "L1"], `NotRevoked(${subject})`);
    await bench.send(bench.stranger, "revoke", [gtin, "L1", 1]);
    await expectRefusal(bench, "stranger", "revoke", [gtin, "L1", 1], `AlreadyRevoked(${subject},`);
    await bench.send(bench.stranger, "lift", [gtin, "L1"]);
    await expectRefusal(bench, "stranger", "lift", [gtin, "L1"], `NotRevoked(${subject})`);
    await bench.send(bench.admin, "setRevoker", [gtin, address, false]);
    await expectRefusal(bench, "stranger", "revoke", [gtin, "L1", 1], `NotRevoker(${gtin},${address})`);
  });

  it("a backward or too long range of days", async () => {
    const bench = await openBench();
    await expectRefusal(bench, "stranger", "seals", [logId, 5, 4], "BadDayRange(5,4,400)");
    await expectRefusal(bench, "stranger", "seals", [logId, 5, 405], "BadDayRange(5,405,400)");
  });

  it.each([
    ["answers too much", "60045afa"],
    ["isn't there", "60ff5afa"],
  ])("to take a proof where the SHA-256 precompile %s", async (_, otherCall) => {
    const sha256Call = "60025afa"; // PUSH1 2, GAS, STATICCALL
    expect(artifact.bytecode.split(sha256Call).length).toBeGreaterThan(1);
    const bench = await openBench(artifact.bytecode.replaceAll(sha256Call, otherCall));
    await bench.send(bench.publisher, "extend", [logId, 5, root(5), []]);
    const extend = [logId, 7, root(7), consistencyProof(5, 7)];
    await expectRefusal(bench, "publisher", "extend", extend, "Sha256Unavailable()");
  });

  it("ether", async () => {
    const { log, stranger } = await openBench();
    await expect(stranger.sendTransaction({ to: log, value: 1n })).rejects.toThrow();
  });
});

it("hands the admin's role over in two steps", async () => {
  const bench = await openBench();
  await bench.send(bench.admin, "proposeAdmin", [bench.stranger.address]);
  expect((await bench.read("admin", []))[0]).toBe(bench.admin.address);
  await bench.send(bench.stranger, "acceptAdmin", []);
  expect((await bench.read("admin", []))[0]).toBe(bench.stranger.address);
  expect((await bench.read("proposedAdmin", []))[0]).toBe(ZeroAddress);
  await bench.send(bench.stranger, "setRegistrar", [bench.stranger.address]);
  expect((await bench.read("registrar", []))[0]).toBe(bench.stranger.address);
});

afterAll(() => {
  const all = artifact.abi.filter(({ type }) => type === "error").map(({ name }) => name);
  expect([...seen].sort()).toEqual(all.sort());
});
