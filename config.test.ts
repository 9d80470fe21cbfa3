import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { AppError } from "#domain/errors.ts";
import { loadConfig, Secret, settingsTable } from "./config.ts";

function faultsOf(env: Record<string, string>): { setting: string; message: string }[] {
  try {
    loadConfig(env);
  } catch (fault) {
    if (fault instanceof AppError && fault.code === "BAD_SETTING") {
      return fault.facts.faults as { setting: string; message: string }[];
    }
    throw fault;
  }
  return [];
}

describe("loadConfig", () => {
  it("needs nothing: every setting has a default or may be absent", () => {
    const config = loadConfig({});
    expect(config).toMatchObject({
      dataDir: "./data",
      port: 8080,
      publicUrl: "http://127.0.0.1:8080",
      environment: "development",
      logKeyFile: "./data/keys/log.key",
      mirrorDir: "./data/mirror",
      segmentMs: 3_600_000,
      testReceiptBeforeCommit: false,
    });
    expect(config.databaseUrl).toBeUndefined();
    expect(config.chainRpcUrl).toBeUndefined();
  });

  it("reads what is set and takes an empty variable as unset", () => {
    const config = loadConfig({
      PORT: "0",
      DATABASE_URL: "postgres://me:pw@db/coldmark",
      CHAIN_RPC_URL: "http://a:8545, http://b:8545",
      INFLUX_URL: "",
      DATA_DIR: "/srv/cold",
      TEST_RECEIPT_BEFORE_COMMIT: "true",
    });
    expect(config.port).toBe(0);
    expect(config.databaseUrl?.reveal()).toBe("postgres://me:pw@db/coldmark");
    expect(config.chainRpcUrl).toEqual(["http://a:8545", "http://b:8545"]);
    expect(config.influxUrl).toBeUndefined();
    expect(config.receiptKeyFile).toBe("/srv/cold/keys/receipt.key");
    expect(config.testReceiptBeforeCommit).toBe(true);
  });

  it("names every fault at once, of single settings and of settings together", () => {
    const faults = faultsOf({
      PORT: "70000",
      DATABASE_URL: "mysql://x",
      SEGMENT_MS: "3600001",
      LOG_LEVEL: "loud",
      ANCHOR_KEY: "0x12",
      MQTT_URL: "mqtt://me:pw@broker",
      INFLUX_URL: "http://influx:8086",
    });
    expect(faults.map((fault) => fault.setting).sort()).toEqual([
      "ANCHOR_KEY",
      "ANCHOR_KEY",
      "DATABASE_URL",
      "INFLUX_URL",
      "INFLUX_URL",
      "LOG_LEVEL",
      "MQTT_URL",
      "PORT",
      "SEGMENT_MS",
    ]);
    expect(JSON.stringify(faults)).not.toContain("pw");
  });

  it("takes the broker's admin only whole, and only for an outside broker", () => {
    expect(faultsOf({ MQTT_CONTROL_USERNAME: "admin" }).map(({ message }) => message)).toEqual([
      "needs MQTT_URL",
      "needs MQTT_CONTROL_PASSWORD",
    ]);
    expect(faultsOf({ MQTT_CONTROL_PASSWORD: "x" })).toMatchObject([
      { message: "needs MQTT_CONTROL_USERNAME" },
    ]);
  });

  it.each(["-1", "1.5", "1e3", "0x10", " 8", "９"])("refuses %j as a whole number", (PORT) => {
    expect(faultsOf({ PORT })).toEqual([{ setting: "PORT", message: "must be a whole number" }]);
  });

  it("refuses a switch that breaks a promise in production", () => {
    const switches = { TEST_RECEIPT_BEFORE_COMMIT: "true", TEST_CRASH_AT: "signed" };
    expect(faultsOf({ ...switches, ENVIRONMENT: "production" })).toEqual(
      Object.keys(switches).map((setting) => ({ setting, message: "is refused in production" })),
    );
    expect(loadConfig(switches).testCrashAt).toBe("signed");
    expect(faultsOf({ TEST_CRASH_AT: "later" })[0]?.setting).toBe("TEST_CRASH_AT");
  });
});

describe("Secret", () => {
  it("shows its value to nobody who prints it", () => {
    const config = { key: new Secret("swordfish") };
    expect(`${config.key} ${JSON.stringify(config)} ${inspect(config)}`).not.toContain("swordfish");
    expect(config.key.reveal()).toBe("swordfish");
  });
});

describe("settingsTable", () => {
  it("has a row with a line of help for every setting", () => {
    const rows = settingsTable().split("\n").slice(2);
    expect(rows.length).toBeGreaterThan(40);
    expect(rows[0]).toBe(
      "| `DATA_DIR` | `./data` | folder of keys, the log's files and the embedded parts |",
    );
    for (const row of rows) expect(row).toMatch(/^\| `[A-Z_]+` \| (`.+`)? \| .+ \|$/);
  });
});
