import { defineConfig } from "vitest/config";

const rooms = "{domain,store,services,ingest,anchor,jobs,api,dashboard,demo,cli,bench}";

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
          name: "real",
          include: ["test/{integration,faults,e2e}/**/*.test.ts", "contracts/test/**/*.test.ts"],
          testTimeout: 240_000,
          hookTimeout: 240_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
