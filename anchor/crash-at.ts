import { AppError } from "#domain/errors.ts";
import type { AnchorConfig } from "./settings.ts";

/** The steps of anchoring between which a kill must lose and double nothing. */
export type CrashPoint = "planned" | "mirrored" | "signed" | "sent" | "included";

type CrashSettings = Pick<AnchorConfig, "testCrashAt" | "environment">;

/** Ends this process as kill -9 would, when the test switch names this step. */
export function crashAt(point: CrashPoint, { testCrashAt }: CrashSettings): void {
  if (testCrashAt === point) process.kill(process.pid, "SIGKILL");
}

/** The test switch has no place in production. @throws AppError BAD_SETTING */
export function refuseCrashInProduction({ testCrashAt, environment }: CrashSettings): void {
  if (testCrashAt !== undefined && environment === "production") {
    throw new AppError("BAD_SETTING", "TEST_CRASH_AT is refused in production");
  }
}
