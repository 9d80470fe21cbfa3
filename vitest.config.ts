import { defineConfig } from "vitest/config";

const rooms = "{domain,store,services,ingest,anchor,jobs,api,dashboard,demo,cli,bench}";

const patience = { testTimeout: 240_000, hookTimeout: 240_000 };

/** Unit tests stand beside their file; what crosses rooms is in test/ and starts real processes. */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: "unit",
          include: [`${rooms}/**/*.test.ts`, "config.test.ts"],
          testTimeout: 20_000,
          isolate: false,
        },
      },
      { test: { name: "conformance", include: ["test/conformance/**/*.test.ts"], testTimeout: 60_000 } },
      {
        test: {
          name: "integration",
          include: ["test/integration/**/*.test.ts", "contracts/test/**/*.test.ts"],
          ...patience,
          maxWorkers: 2,
        },
      },
      {
        // One after the other: what is killed, filled up or looked at in a browser wants the machine for itself.
        test: {
          name: "faults",
          include: ["test/{faults,e2e}/**/*.test.ts"],
          ...patience,
          fileParallelism: false,
        },
      },
    ],
  },
});
