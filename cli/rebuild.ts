import type { Command } from "commander";
import type { Config } from "#config";
import { AppError } from "#domain/errors.ts";
import type { RebuildProgress, Rebuilt } from "#ingest/rebuild-readings.ts";
import { openStore } from "#store/connect.ts";
import { askRunning } from "./control.ts";
import { configFromEnvironment, openReadings } from "./parts.ts";
import { type RebuildInput, rebuildWith } from "./rebuild-verb.ts";
import { complain, say } from "./say.ts";

const tellEveryMs = 2_000;

/** `coldmark rebuild readings`: the readings store from the inbox once more; exit 0 only when all of it is there. */
export function addRebuildCommand(program: Command): void {
  program
    .command("rebuild")
    .description("make a view of the inbox anew (docs/readings-store.md)")
    .command("readings")
    .description(
      "write every stored reading into the readings store once more; the service may go on meanwhile",
    )
    .option("--from <id>", "go on after this inbox id, as a rebuild that ended early has told", "0")
    .action(async ({ from }: { from: string }) => {
      if (!/^\d{1,15}$/.test(from))
        throw new AppError("BAD_REQUEST", "--from takes an inbox id, a whole number from 0");
      process.exitCode = report(await rebuild({ from: Number(from) }));
    });
}

async function rebuild(input: RebuildInput): Promise<Rebuilt> {
  const config = configFromEnvironment();
  const stop = new AbortController();
  const onStop = () => stop.abort();
  process.once("SIGINT", onStop).once("SIGTERM", onStop);
  try {
    return (await throughRunning(config, input, stop.signal)) ?? (await directly(config, input, stop.signal));
  } finally {
    process.off("SIGINT", onStop).off("SIGTERM", onStop);
  }
}

/** The embedded database belongs to the process that runs on it; null where none does. */
async function throughRunning(
  { databaseUrl, dataDir }: Config,
  input: RebuildInput,
  signal: AbortSignal,
): Promise<Rebuilt | null> {
  if (databaseUrl !== undefined) return null;
  const ask = (verb: string) => askRunning(dataDir, verb, null).catch(() => null);
  const stop = () => void ask("rebuild stop");
  signal.addEventListener("abort", stop, { once: true });
  const watch = setInterval(async () => {
    const progress = (await ask("rebuild progress"))?.result as RebuildProgress | null | undefined;
    if (progress) complain(lineOf(progress));
  }, tellEveryMs);
  try {
    return ((await askRunning(dataDir, "rebuild", input))?.result ?? null) as Rebuilt | null;
  } finally {
    clearInterval(watch);
    signal.removeEventListener("abort", stop);
  }
}

async function directly(config: Config, input: RebuildInput, signal: AbortSignal): Promise<Rebuilt> {
  const { databaseUrl, dataDir } = config;
  const store = await openStore({
    dataDir,
    ...(databaseUrl === undefined ? {} : { databaseUrl: databaseUrl.reveal() }),
  });
  let reached = input.from;
  let told = 0;
  const onProgress = (progress: RebuildProgress) => {
    reached = progress.reached;
    if (performance.now() - told < tellEveryMs) return;
    told = performance.now();
    complain(lineOf(progress));
  };
  try {
    return await rebuildWith({ store, readings: openReadings(config, store), config }, input, {
      onProgress,
      signal,
    });
  } catch (fault) {
    complain(`ended early; go on with: coldmark rebuild readings --from ${reached}`);
    throw fault;
  } finally {
    await store.close();
  }
}

function lineOf({ written, perSecond, share, leftMs, reached }: RebuildProgress): string {
  const percent = (share * 100).toFixed(1);
  const left = Math.ceil(leftMs / 1_000);
  return `${percent} %, ${written} readings, ${Math.round(perSecond)} a second, about ${left} s left, inbox id ${reached}`;
}

/** Says what came of it and gives the exit code. */
function report({ isComplete, messages, written, refused, expected, reached, perSecond }: Rebuilt): number {
  const rate = `${Math.round(perSecond)} a second`;
  say(`wrote ${written} readings of ${messages} messages up to inbox id ${reached}, ${rate}`);
  if (!isComplete) {
    say(`STOPPED: go on with: coldmark rebuild readings --from ${reached}`);
    return 1;
  }
  if (refused > 0) say(`REFUSED: the readings store refused ${refused} of them for good`);
  if (expected !== null && expected !== written + refused) {
    say(
      `DIFFERS: the projector stored ${expected}. The register decides anew where a reading belongs: a channel or a source that has ` +
        "changed since leaves readings out, and readings that were stored twice after an earlier loss count once",
    );
    return 1;
  }
  if (refused > 0) return 1;
  say(expected === null ? "REBUILT from there on" : `REBUILT: as many as the projector stored`);
  return 0;
}
