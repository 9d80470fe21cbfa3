import { AppError } from "#domain/errors.ts";
import { agreeEndpoints } from "#domain/log/agree-endpoints.ts";
import { type ReplayOutcome, replayLog } from "#domain/log/replay-log.ts";
import { jsonRpc } from "./json-rpc.ts";
import { openCopy } from "./open-copy.ts";
import { readNamedFile } from "./read-named-file.ts";
import { say } from "./say.ts";
import { heldOf, maxAgeOf, trustOf, type VerifyFlags } from "./verify-flags.ts";

/** `coldmark verify --replay`: reads a whole copy of the log again and says how it ended. */
export async function verifyLog(flags: VerifyFlags): Promise<string> {
  const trust = await trustOf(flags);
  if (trust === null)
    throw new AppError("BAD_REQUEST", "--replay needs --trust: nobody else knows the log's key");
  const held = await heldOf(flags, trust);
  const apiKey =
    flags.keyFile === undefined ? null : (await readNamedFile(flags.keyFile)).toString("utf8").trim();
  const copy = { place: flags.replay ?? "", apiKey, note: held?.note ?? null };
  const [first, ...more] = flags.offline ? [undefined] : (flags.rpc ?? [undefined]);
  const age = { nowMs: Date.now(), ...maxAgeOf(flags) };
  const given = { trust, ...age, ...(held === null ? {} : { held: held.held }) };
  const ask = async (url: string | undefined) =>
    await replayLog(await openCopy(copy), { ...given, ...(url === undefined ? {} : { rpc: jsonRpc(url) }) });
  const outcomes: [ReplayOutcome, ...ReplayOutcome[]] = [await ask(first)];
  for (const url of more) outcomes.push(await ask(url));
  const outcome = agreeEndpoints(outcomes);
  report(outcome, flags);
  return outcome.result;
}

function report({ result, asOf, reasons, count }: ReplayOutcome, flags: VerifyFlags): void {
  const at = asOf === null ? null : new Date(asOf).toISOString();
  if (flags.json) {
    say(JSON.stringify({ result, asOf: at, reasons, count }));
    return;
  }
  say(result);
  if (at !== null) say(`as of ${at}`);
  for (const reason of reasons) say(`  ${reason}`);
  if (count === null) return;
  say(`read: ${count.entries} entries of ${count.streams} streams`);
  say(`heads: ${count.headsChecked} recomputed, ${count.headsClosed} not opened in this copy`);
}
