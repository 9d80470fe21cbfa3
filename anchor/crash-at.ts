import type { AnchorConfig } from "./settings.ts";

/** The steps of anchoring between which a kill must lose and double nothing. */
export type CrashPoint = NonNullable<AnchorConfig["testCrashAt"]>;

/** Ends this process as kill -9 would, when the test switch names this step. */
export function crashAt(point: CrashPoint, { testCrashAt }: Pick<AnchorConfig, "testCrashAt">): void {
  if (testCrashAt === point) process.kill(process.pid, "SIGKILL");
}
