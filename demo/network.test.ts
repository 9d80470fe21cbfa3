import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { hasValidCheckDigit } from "#domain/codes/check-digit.ts";
import { fromBase64 } from "#domain/log/bytes.ts";
import { verifySignature } from "#domain/log/signature.ts";
import { casePlaces } from "./case-places.ts";
import { type DemoNetwork, demoNetwork, registerMessage } from "./network.ts";

const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;
const now = Date.UTC(2026, 2, 14, 9, 26, 53);
const small = demoNetwork({ seed: 1, sites: 3, now });
const large = demoNetwork({ seed: 1, sites: 120, now });

const sitesOf = ({ network }: DemoNetwork) => network.organisations.flatMap(({ sites = [] }) => sites);
const equipmentOf = (demo: DemoNetwork) => sitesOf(demo).flatMap(({ equipment }) => equipment);
const sensorsOf = (demo: DemoNetwork) => equipmentOf(demo).flatMap(({ sensors }) => sensors);
const countKind = (demo: DemoNetwork, kind: string) =>
  demo.network.organisations.filter((each) => each.kind === kind).length;
const digest = (demo: DemoNetwork) => createHash("sha256").update(JSON.stringify(demo)).digest("hex");

describe("a network of 120 pharmacies", () => {
  it("is 120 pharmacies in 63 cities of 20 provinces, 6 wholesalers, 12 trucks, two makers and an operator", () => {
    const shops = sitesOf(large).filter(({ kind }) => kind === "shop");
    expect(shops).toHaveLength(120);
    expect(new Set(shops.map(({ city }) => city?.zh)).size).toBe(63);
    expect(new Set(shops.map(({ province }) => province?.zh)).size).toBe(20);
    expect(
      ["pharmacy", "wholesaler", "manufacturer", "carrier", "operator"].map((kind) => countKind(large, kind)),
    ).toEqual([120, 6, 2, 1, 1]);
    expect(equipmentOf(large).filter(({ kind }) => kind === "vehicle")).toHaveLength(12);
  });

  it("has about 1,000 measuring points behind about 300 gateways, each on its own channel", () => {
    const sensors = sensorsOf(large);
    expect(sensors.length).toBeGreaterThanOrEqual(980);
    expect(sensors.length).toBeLessThanOrEqual(1_020);
    expect(large.devices.gateways.length).toBeGreaterThanOrEqual(290);
    expect(large.devices.gateways.length).toBeLessThanOrEqual(310);
    expect(new Set(sensors.map(({ gateway, channel }) => `${gateway}/${channel}`)).size).toBe(sensors.length);
    expect(new Set(sensors.map(({ point }) => point)).size).toBe(sensors.length);
  });

  it("gives each pharmacy 2 to 4 refrigerators of 1 to 3 points", () => {
    for (const { kind, equipment } of sitesOf(large)) {
      const fridges = equipment.filter((each) => each.kind === "refrigerator");
      if (kind === "shop") expect([2, 3, 4]).toContain(fridges.length);
      for (const { sensors } of fridges) expect([1, 2, 3]).toContain(sensors.length);
    }
  });

  it("sends fewer than 4 messages a second live", () => {
    const rates = large.devices.gateways.map(({ cadence }) => 1_000 / cadence.liveIntervalMs);
    expect(rates.reduce((a, b) => a + b)).toBeLessThan(4);
  });

  it("keeps most equipment as it should be: a handful is not", () => {
    const odd = large.devices.gateways.flatMap(({ line, channels, slowPpm }) =>
      channels
        .filter(({ climate, probe }) => {
          const isBroken = probe.brokenFrom !== undefined || probe.drift !== undefined;
          return line !== "up" || slowPpm > 0 || climate.failure !== undefined || isBroken;
        })
        .map(({ equipment }) => equipment),
    );
    expect(new Set(odd).size).toBeGreaterThan(8);
    expect(new Set(odd).size).toBeLessThan(equipmentOf(large).length * 0.05);
  });
});

describe.each([
  ["small", small, 3],
  ["large", large, 120],
] as const)("the %s network", (_, demo, sites) => {
  const equipment = equipmentOf(demo);

  it("is the same for the same seed and time, also in another process, and another for another seed", () => {
    expect(digest(demoNetwork({ seed: 1, sites, now }))).toBe(digest(demo));
    const script = `import { createHash } from "node:crypto";
      import { demoNetwork } from "#demo/network.ts";
      const text = JSON.stringify(demoNetwork({ seed: 1, sites: ${sites}, now: ${now} }));
      process.stdout.write(createHash("sha256").update(text).digest("hex"));`;
    const flags = ["--disable-warning=ExperimentalWarning", "--input-type=module-typescript", "-e", script];
    const root = new URL("..", import.meta.url).pathname;
    expect(execFileSync(process.execPath, flags, { cwd: root, encoding: "utf8" })).toBe(digest(demo));
    expect(demoNetwork({ seed: 2, sites, now }).network).not.toEqual(demo.network);
  });

  it("has enough points for its scopes (GSP 附录3 §13, §14); a box has none", () => {
    for (const { kind, scope, sensors } of equipment)
      if (kind === "box") expect(sensors).toEqual([]);
      else expect(sensors.length).toBeGreaterThanOrEqual(scope === "shop" ? 1 : 2);
  });

  it("has check digits that hold and identifiers of its own", () => {
    const glns = [...demo.network.organisations, ...sitesOf(demo)].map(({ gln }) => gln);
    const gtins = demo.network.organisations.flatMap(({ products = [] }) => products.map(({ gtin }) => gtin));
    const grais = equipment.flatMap(({ grai }) => grai?.slice(1, 14) ?? []);
    const told = JSON.stringify([demo.captures, demo.stock]);
    const ssccs = new Set(told.match(/(?<=id\.gs1\.org\/00\/)\d{18}/g));
    expect(ssccs.size).toBe(10 + sites);
    expect(grais).toHaveLength(1);
    for (const key of [...glns, ...gtins, ...grais, ...ssccs])
      expect(hasValidCheckDigit(key), key).toBe(true);
    expect(new Set(glns).size).toBe(glns.length);
  });

  it("is signed by whoever states something of the past, and not after a change", () => {
    const { signatures, ...file } = demo.network;
    const past = file.organisations.filter(({ sites: own = [] }) =>
      own.some((site) => site.equipment.length > 0),
    );
    const holds = (message: Uint8Array): boolean[] =>
      past.map(({ keys: [key] }) => {
        const signature = signatures.find(({ kid }) => kid === key?.kid);
        if (!key || !signature) return false;
        return verifySignature("Ed25519", fromBase64(key.publicKey), message, fromBase64(signature.sig));
      });
    expect(past.map(({ kind }) => kind)).toContain("manufacturer");
    expect(signatures).toHaveLength(past.length);
    expect(holds(registerMessage(file))).toEqual(past.map(() => true));
    expect(holds(registerMessage({ ...file, operator: "other" }))).not.toContain(true);
  });

  it("has calibrations that hold for the whole history, but where one has expired", () => {
    const expired = equipment.filter(({ sensors }) =>
      sensors.some(({ calibrations }) => calibrations.some(({ validUntil }) => Date.parse(validUntil) < now)),
    );
    expect(expired.map(({ id }) => id)).toContain(casePlaces(sites).expiredFridge);
    expect(expired).toHaveLength(sites === 3 ? 1 : 3);
    for (const { calibratedAt, validUntil } of sensorsOf(demo).flatMap(({ calibrations }) => calibrations)) {
      expect(Date.parse(calibratedAt)).toBeLessThan(demo.since);
      expect(Date.parse(validUntil) - Date.parse(calibratedAt)).toBeLessThan(366 * dayMs);
    }
  });

  it("has probes that lay where they are since before their gateways remember, as far as may be stated", () => {
    const threeDaysMs = 3 * dayMs;
    const sinceOf = new Map(sensorsOf(demo).map(({ id, since }) => [id, Date.parse(since)]));
    for (const { channels, cadence } of demo.devices.gateways)
      for (const { sensor } of channels) {
        const since = sinceOf.get(sensor) ?? now;
        expect(since).toBeGreaterThan(now - threeDaysMs);
        expect(since).toBeLessThanOrEqual(now - Math.min(cadence.historyMs, threeDaysMs - minuteMs * 60));
      }
  });

  it("lets three people sign in, with passwords that are long enough", () => {
    expect(demo.accounts.map(({ role }) => role)).toEqual(["operator", "manager", "auditor"]);
    for (const { password } of demo.accounts) expect(password).toMatch(/^cold-chain-\d{6}$/);
    const people = demo.network.organisations.flatMap(({ id, people: own = [] }) =>
      own.map(({ email, password }) => [id, email, password]),
    );
    const passwordOf = (role: string) => demo.accounts.find((each) => each.role === role)?.password;
    expect(people.sort()).toEqual([
      ["demo-operator", "auditor@demo.example", passwordOf("auditor")],
      ["demo-operator", "operator@demo.example", passwordOf("operator")],
      ["demo-pharmacy-3", "manager@demo.example", passwordOf("manager")],
    ]);
  });
});
