import { describe, expect, it } from "vitest";
import { networkFile } from "#test/support/network-file.ts";
import { isOwnUser } from "../brokers/own-users.ts";
import { parseNetwork } from "./parse-network.ts";

const development = { production: false, isOwnUser: () => false };

/** Sets a value deep in a file; a path like `organisations.1.sites.0.gln`. */
function withValue(file: object, path: string, value: unknown): object {
  const copy = structuredClone(file) as Record<string, unknown>;
  const steps = path.split(".");
  let at = copy;
  for (const step of steps.slice(0, -1)) at = at[step] as Record<string, unknown>;
  at[steps.at(-1) ?? ""] = value;
  return copy;
}

const site = "organisations.1.sites.0";
const fridge = `${site}.equipment.0`;

describe("parseNetwork", () => {
  it("reads a sound file: defaults filled in, times in epoch ms, keys as bytes", () => {
    const { network, faults } = parseNetwork(networkFile("shop-a").file, development);
    expect(faults).toEqual([]);
    expect(network?.organisations[1]?.keys[0]?.publicKey).toBeInstanceOf(Uint8Array);
    const equipment = network?.organisations[1]?.sites[0]?.equipment[0];
    expect(equipment?.profile).toBe("CN-GSP");
    expect(equipment?.sensors[0]?.calibrations[0]?.calibratedAt).toBe(Date.UTC(2026, 0, 5));
  });

  it.each([
    ["coldmark", 2, "coldmark"],
    ["operator", "Not A Slug", "operator"],
    [`${site}.gln`, "6900000000019", "organisations[1].sites[0].gln"],
    ["organisations.1.products.0.gtin", "1234", "organisations[1].products[0].gtin"],
    [`${fridge}.upperLimitC`, 2, "organisations[1].sites[0].equipment[0].upperLimitC"],
    [`${fridge}.lowerLimitC`, "2", "organisations[1].sites[0].equipment[0].lowerLimitC"],
    [`${fridge}.since`, "2026-01-01T00:00:00", "organisations[1].sites[0].equipment[0].since"],
    [`${fridge}.colour`, "white", "organisations[1].sites[0].equipment[0].colour"],
    [`${fridge}.segmentMs`, 7_000_000, "organisations[1].sites[0].equipment[0].segmentMs"],
    [`${fridge}.sensors.0.gateway`, "other-gw", "organisations[1].sites[0].equipment[0].sensors[0].gateway"],
    ["organisations.1.lots.0.gtin", "06900000000012", "organisations[1].lots[0].gtin"],
    ["organisations.1.keys.0.publicKey", "AAAA", "organisations[1].keys[0].publicKey"],
    ["organisations.1.kind", "operator", "organisations[1].kind"],
    [
      `${fridge}.sensors.0.calibrations.0.validUntil`,
      "2025-01-05",
      "organisations[1].sites[0].equipment[0].sensors[0].calibrations[0].validUntil",
    ],
  ])("refuses %s = %j and says where", (path, value, faultPath) => {
    const { network, faults } = parseNetwork(withValue(networkFile("shop-a").file, path, value), development);
    expect(network).toBeNull();
    expect(faults.map((fault) => fault.path)).toContain(faultPath);
  });

  it("lists faults of single values and between values in one run", () => {
    const { file } = networkFile("shop-a");
    const twin = structuredClone(file.organisations[1]?.sites?.[0]?.equipment[0]);
    const doubled = withValue(file, `${site}.equipment`, [twin, twin]);
    const { faults } = parseNetwork(withValue(doubled, `${site}.gln`, "1"), development);
    expect(faults.map((fault) => fault.path).sort()).toEqual([
      "organisations[1].sites[0].equipment[1].id",
      "organisations[1].sites[0].equipment[1].sensors[0].channel",
      "organisations[1].sites[0].equipment[1].sensors[0].id",
      "organisations[1].sites[0].gln",
    ]);
  });

  it("refuses a replay gateway in production only", () => {
    const file = withValue(networkFile("shop-a").file, `${site}.gateways.0.kind`, "replay");
    expect(parseNetwork(file, development).faults).toEqual([]);
    expect(parseNetwork(file, { ...development, production: true }).faults).toEqual([
      { path: "organisations[1].sites[0].gateways[0].kind", message: "replay is refused in production" },
    ]);
  });

  it.each([
    "coldmark-collector",
    "coldmark-collector-1-hist",
    "coldmark-watch",
    "coldmark-sparkplug",
    "broker-admin",
  ])("refuses the gateway id %s, which the broker knows as a user of ours", (id) => {
    const users = {
      mqttUsername: undefined,
      mqttControlUsername: "broker-admin",
      sparkplugUsername: "coldmark-sparkplug",
    };
    const rules = { production: false, isOwnUser: (name: string) => isOwnUser(users, name) };
    const file = withGateways({ id, kind: "native" }, { id: "coldmark-collectors", kind: "native" });
    const [fault, ...others] = parseNetwork(file, rules).faults;
    expect(others).toEqual([]);
    expect(fault).toMatchObject({
      path: pathOf(1, "id"),
      message: expect.stringContaining("choose another"),
    });
  });

  const source = {
    kind: "mapping",
    topic: "plant/+/climate",
    device: { level: 2 },
    values: [{ name: "air", as: "t", pointer: "/t", unit: "C" }],
    time: { from: "receipt" },
  };
  const gateways = `${site}.gateways`;
  const foreign = { id: "plant-gw", kind: "mapping", source };
  const withGateways = (...more: object[]) =>
    withValue(networkFile("shop-a").file, gateways, [{ id: "shop-a-gw", kind: "native" }, ...more]);
  const faultsOf = (file: object) => parseNetwork(file, development).faults.map(({ path }) => path);
  const pathOf = (n: number, field: string) => `organisations[1].sites[0].gateways[${n}].${field}`;

  it("reads a gateway with a source, and a sensor under a foreign name", () => {
    const file = withValue(withGateways(foreign), `${fridge}.sensors.0.channel`, "冰箱 1/air");
    const { network, faults } = parseNetwork(file, development);
    expect(faults).toEqual([]);
    expect(network?.organisations[1]?.sites[0]?.gateways[1]?.source).toMatchObject({ kind: "mapping" });
  });

  it.each([
    ["a source of another kind", { ...foreign, kind: "chirpstack" }, "source"],
    ["no source", { ...foreign, source: undefined }, "source"],
    ["a source for a native gateway", { ...foreign, kind: "native" }, "source"],
    ["a signature required", { ...foreign, signatureRequired: true }, "signatureRequired"],
    ["a bad pointer", { ...foreign, source: { ...source, readings: "data" } }, "source.readings"],
  ])("refuses a gateway with %s and says where", (_what, gateway, field) => {
    expect(faultsOf(withGateways(gateway))).toEqual([pathOf(1, field)]);
  });

  it("refuses two sources that one topic could be meant for", () => {
    const other = (topic: string) => ({ ...foreign, id: "other-gw", source: { ...source, topic } });
    expect(faultsOf(withGateways(foreign, other("plant/+/weather")))).toEqual([]);
    expect(faultsOf(withGateways(foreign, other("plant/+/+")))).toEqual([pathOf(2, "source")]);
    const board = { kind: "thingsboard", source: { kind: "thingsboard", values: source.values } };
    const boards = [
      { id: "tb-1", ...board },
      { id: "tb-2", ...board },
    ];
    expect(faultsOf(withGateways(...boards))).toEqual([pathOf(2, "source")]);
  });

  it.each([" a", "a ", "a\u0000b", "a\nb", "a\u200fb", "", "a".repeat(129)])(
    "refuses the channel %j",
    (channel) => {
      const path = `${fridge}.sensors.0.channel`;
      expect(faultsOf(withValue(networkFile("shop-a").file, path, channel))).not.toEqual([]);
    },
  );

  it.each([null, 3, "x", [], { organisations: [null, 3, { sites: "x" }] }])("survives %j", (file) => {
    expect(parseNetwork(file, development).faults).not.toEqual([]);
  });
});
