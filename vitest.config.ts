import { defineConfig } from "vitest/config";

const rooms = "{domain,store,services,ingest,anchor,jobs,api,dashboard,demo,cli,bench}";

const patience = { testTimeout: 240_000, hookTimeout: 240_000 };

/** One after the other: what is killed at full load, filled up or looked at in a browser wants the machine for itself. */
const alone = [
  "test/faults/{kill-nine,kill-parts,power-cut,disk-full,fuzz-mqtt}.test.ts",
  "test/e2e/**/*.test.ts",
];

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
        // These mostly wait, for what is stopped, cut off or unheard to be noticed: two at a time.
        test: {
          name: "faults",
          include: ["test/faults/**/*.test.ts"],
          exclude: alone,
          ...patience,
          maxWorkers: 2,
        },
      },
      { test: { name: "alone", include: alone, ...patience, fileParallelism: false } },
    ],
  },
});
