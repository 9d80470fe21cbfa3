import { AppError } from "#domain/errors.ts";

/** The steps of anchoring between which a kill must lose and double nothing. */
export type CrashPoint = "planned" | "mirrored" | "signed" | "sent" | "included";

/** Ends this process as kill -9 would, when the test switch names this step. @throws AppError BAD_SETTING in production */
export function crashAt(
  point: CrashPoint,
  config: { readonly testCrashAt?: string; readonly environment: string },
): void {
  if (config.testCrashAt === undefined) return;
  if (config.environment === "production") {
    throw new AppError("BAD_SETTING", "TEST_CRASH_AT is refused in production");
  }
  if (config.testCrashAt === point) process.kill(process.pid, "SIGKILL");
}
