import type { Command } from "commander";
import { AppError } from "#domain/errors.ts";
import { agreeEndpoints } from "#domain/log/agree-endpoints.ts";
import type { TrustFile } from "#domain/log/bundle.ts";
import type { Checkpoint } from "#domain/log/checkpoint.ts";
import { checkHeld } from "#domain/log/held-checkpoint.ts";
import { isEquipmentBundle } from "#domain/log/is-equipment-bundle.ts";
import type { Judgement } from "#domain/log/judge-anchor.ts";
import { type Verification, type VerifyOptions, verifyBundle } from "#domain/log/verify.ts";
import type { Answer } from "#domain/provenance/answer.ts";
import { tellAnswer } from "#domain/provenance/tell-answer.ts";
import { verifyEquipmentBundle } from "#domain/provenance/verify-equipment.ts";
import { fastSha256 } from "#services/log/fast-sha256.ts";
import { jsonRpc } from "./json-rpc.ts";
import { tilesIn } from "./open-tiles.ts";
import { readBundleFile } from "./read-bundle-file.ts";
import { reportEquipment } from "./report-equipment.ts";
import { say } from "./say.ts";
import { subjectLines } from "./subject-lines.ts";
import { heldOf, maxAgeOf, requireFitting, trustOf, type VerifyFlags } from "./verify-flags.ts";
import { verifyLog } from "./verify-log.ts";

/** `coldmark verify`: one result of design §5 from a bundle, a trust file and any RPC; exit 0 only for VALID_*. */
export function addVerifyCommand(program: Command): void {
  program
    .command("verify [bundle]")
    .description(
      "check a bundle about a pack or about equipment, or the whole log, without us: prints one result, exits 0 only for VALID_*",
    )
    .option("--trust <file>", "trust file; without it the best result is KEY_UNKNOWN")
    .option(
      "--code <code>",
      "the code on the pack, or the label on the equipment; the bundle must be about it",
    )
    .option("--rpc <url...>", "RPC endpoints of the chain; every one must agree")
    .option("--offline", "do not ask the chain: never more than VALID_PROVISIONAL")
    .option("--max-age <age>", "oldest newest anchor that is still good, such as 24h")
    .option(
      "--checkpoint <file>",
      "a signed checkpoint that you got apart from the bundle, which must agree with it",
    )
    .option(
      "--tiles <place>",
      "folder or address of the log's tiles, to join a checkpoint of another size to the bundle",
    )
    .option("--replay <place>", "folder or address of a whole log to read again, instead of a bundle")
    .option("--key-file <file>", "API key for --replay, where entries are served under a scope only")
    .option("--json", "print the result and the four answers as JSON")
    .action(async (file: string | undefined, flags: VerifyFlags) => {
      if ((file === undefined) === (flags.replay === undefined))
        throw new AppError("BAD_REQUEST", "verify takes a bundle, or --replay and no bundle");
      requireFitting(flags);
      const result = file === undefined ? await verifyLog(flags) : await verifyFile(file, flags);
      process.exitCode = result.startsWith("VALID_") ? 0 : 1;
    });
}

async function verifyFile(file: string, flags: VerifyFlags): Promise<string> {
  const text = await readBundleFile(file);
  const trust = await trustOf(flags);
  const held = (await heldOf(flags, trust))?.held;
  if (isEquipmentBundle(text)) {
    const verification = await verifyWith(verifyEquipmentBundle, text, trust, held, flags);
    reportEquipment(verification, flags);
    return verification.result;
  }
  const verification = await verifyWith(verifyBundle, text, trust, held, flags);
  report(verification, text, trust, flags);
  return verification.result;
}

async function verifyWith<Outcome extends Judgement>(
  verify: (text: string, options: VerifyOptions) => Promise<Outcome>,
  text: string,
  trust: TrustFile | null,
  held: Checkpoint | undefined,
  flags: VerifyFlags,
): Promise<Outcome> {
  const tiles = flags.tiles === undefined ? undefined : tilesIn(flags.tiles);
  const given = {
    ...{ trust, nowMs: Date.now(), sha256: fastSha256, ...maxAgeOf(flags) },
    ...(flags.code === undefined ? {} : { code: flags.code }),
    ...(held === undefined ? {} : { held: checkHeld(held, tiles) }),
  };
  const [first, ...more] = flags.offline ? [] : (flags.rpc ?? []);
  if (first === undefined) return await verify(text, given);
  const ask = (url: string) => verify(text, { ...given, rpc: jsonRpc(url) });
  return agreeEndpoints(await Promise.all([ask(first), ...more.map(ask)] as const));
}

function report(verification: Verification, text: string, trust: TrustFile | null, flags: VerifyFlags): void {
  const answer = trust === null ? null : answerOf(verification, trust, flags);
  const { result, asOf, reasons } = verification;
  if (flags.json) {
    say(
      JSON.stringify({ result, asOf: asOf === null ? null : new Date(asOf).toISOString(), reasons, answer }),
    );
    return;
  }
  say(result);
  for (const line of subjectLines(text, verification, flags)) say(line);
  if (asOf !== null) say(`as of ${new Date(asOf).toISOString()}`);
  for (const reason of reasons) say(`  ${reason}`);
  if (answer !== null) for (const line of linesOf(answer)) say(line);
}

function answerOf(
  { result, asOf, reasons, contents }: Verification,
  { chainClass }: TrustFile,
  flags: VerifyFlags,
): Answer | null {
  if (contents === null) return null;
  const code = flags.code ?? contents.subject;
  return tellAnswer(contents, { code, view: contents.view, result, asOf, chainClass, reasons });
}

function linesOf(answer: Answer): string[] {
  const codes = (reasons: readonly { code: string }[]) =>
    [...new Set(reasons.map(({ code }) => code))].join(", ");
  return [
    `known: ${answer.known.state} (${codes(answer.known.reasons)})`,
    `state: ${answer.state.state} (${codes(answer.state.reasons)})`,
    `cold:  ${answer.cold.state} (${codes(answer.cold.reasons)})`,
  ];
}
