import { existsSync } from "node:fs";
import type { Command } from "commander";
import { logIdOf } from "#anchor/contract.ts";
import { loadKeys } from "#anchor/keys.ts";
import { type RestoredLog, restoreLog } from "#anchor/restore/restore-log.ts";
import type { LogOnChain } from "#anchor/restore/vouched-roots.ts";
import type { Config } from "#config";
import { AppError } from "#domain/errors.ts";
import type { AuditParts } from "./audit-verb.ts";
import { configFromEnvironment } from "./parts.ts";
import { withRecords } from "./records-parts.ts";
import { complain, say } from "./say.ts";

interface Flags {
  readonly from: string;
  readonly withoutChain?: boolean;
  readonly unvouched?: boolean;
}

const tellEveryMs = 2_000;

/** `coldmark log restore`: the log from its second place into records that have none (docs/anchoring.md). */
export function addLogCommand(program: Command): void {
  program
    .command("log")
    .description("the log of the records")
    .command("restore")
    .description(
      "read the log back from its second place into records that have none; stop the service first",
    )
    .requiredOption("--from <folder>", "the second place (MIRROR_DIR), or a copy of it")
    .option("--without-chain", "hold it against its signed checkpoint only")
    .option("--unvouched", "take also entries that neither the chain nor a signed checkpoint stands for")
    .action(async (flags: Flags) => tell(await restore(configFromEnvironment(), flags)));
}

async function restore(config: Config, flags: Flags): Promise<RestoredLog> {
  if (!existsSync(config.logKeyFile))
    throw new AppError("CONFLICT", `the log's key is not there (${config.logKeyFile}): bring it back first`);
  return withRecords(config, (parts) =>
    restoreLog({
      ...{ store: parts.store, from: flags.from, origin: config.logOrigin },
      ...{ logKey: loadKeys(config).logKey, chain: chainOf(config, parts, flags) },
      ...{ unvouched: flags.unvouched === true, now: Date.now(), onProgress: everyNowAndThen() },
    }),
  );
}

function chainOf(config: Config, { rpc, trust }: AuditParts, { withoutChain }: Flags): LogOnChain | null {
  if (withoutChain === true) return null;
  const contract = config.contractAddress ?? trust?.contract;
  if (rpc === null || contract === undefined)
    throw new AppError(
      "UNAVAILABLE",
      "the chain that the log was anchored on can't be asked: set it, or take --without-chain; nothing was restored",
    );
  return { rpc, contract, logId: logIdOf(config.logOrigin) };
}

function everyNowAndThen(): (entries: number) => void {
  let told = performance.now();
  return (entries) => {
    if (performance.now() - told < tellEveryMs) return;
    told = performance.now();
    complain(`${entries} entries`);
  };
}

function tell(restored: RestoredLog): void {
  const { size, vouched, anchored, events, checkpoints, windows, dropped } = restored;
  const chain = anchored === null ? "no chain was asked" : `the chain's head holds ${anchored} of them`;
  say(`${size} entries, ${checkpoints} checkpoints; ${vouched} entries vouched for; ${chain}`);
  say(`${windows} windows noted as sealed, ${dropped} waiting entries dropped that the log has already`);
  if (restored.isInboxShorter)
    say(
      "The inbox is shorter than the log covers: `fsck` will name what it lacks; its next message comes after that.",
    );
  if (anchored !== null && events === null)
    say("The chain gave no events: seals of days before today can't be opened, and `fsck` names them.");
  say(
    "RESTORED: run `coldmark fsck` after the next start (docs/anchoring.md says what a restore doesn't bring back)",
  );
}
