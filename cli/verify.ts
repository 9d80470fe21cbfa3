import type { Command } from "commander";
import { AppError } from "#domain/errors.ts";
import type { TrustFile } from "#domain/log/bundle.ts";
import type { Rpc } from "#domain/log/chain-view.ts";
import { parseTrust } from "#domain/log/parse-bundle.ts";
import { type Verification, verifyBundle } from "#domain/log/verify.ts";
import type { Answer } from "#domain/provenance/answer.ts";
import { tellAnswer } from "#domain/provenance/tell-answer.ts";
import { readNamedFile } from "./read-named-file.ts";
import { say } from "./say.ts";

interface VerifyFlags {
  readonly trust?: string;
  readonly code?: string;
  readonly rpc?: string[];
  readonly offline?: boolean;
  readonly maxAge?: string;
  readonly json?: boolean;
}

const unitsMs: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** `coldmark verify`: one result of design §5 from a bundle, a trust file and any RPC; exit 0 only for VALID_*. */
export function addVerifyCommand(program: Command): void {
  program
    .command("verify <bundle>")
    .description("check a proof bundle without us: prints one result, exits 0 only for VALID_*")
    .option("--trust <file>", "trust file; without it the best result is KEY_UNKNOWN")
    .option("--code <code>", "the code on the pack; the bundle must be about it")
    .option("--rpc <url...>", "RPC endpoints of the chain; every one must agree")
    .option("--offline", "do not ask the chain: never more than VALID_PROVISIONAL")
    .option("--max-age <age>", "oldest newest anchor that is still good, such as 24h")
    .option("--json", "print the result and the four answers as JSON")
    .action(async (file: string, flags: VerifyFlags) => {
      const trust =
        flags.trust === undefined ? null : parseTrust((await readNamedFile(flags.trust)).toString("utf8"));
      const verification = await verifyFile((await readNamedFile(file)).toString("utf8"), trust, flags);
      report(verification, trust, flags);
      process.exitCode = verification.result.startsWith("VALID_") ? 0 : 1;
    });
}

async function verifyFile(text: string, trust: TrustFile | null, flags: VerifyFlags): Promise<Verification> {
  const given = { trust, ...(flags.code === undefined ? {} : { code: flags.code }), ...maxAgeOf(flags) };
  const urls = flags.offline ? [] : (flags.rpc ?? []);
  if (urls.length === 0) return await verifyBundle(text, given);
  const results = await Promise.all(urls.map((url) => verifyBundle(text, { ...given, rpc: rpcAt(url) })));
  return results.find(({ result }) => !result.startsWith("VALID_")) ?? leastFinal(results);
}

/** Of endpoints that all say valid, the one that says least counts. */
function leastFinal(results: readonly Verification[]): Verification {
  return results.find(({ result }) => result === "VALID_PROVISIONAL") ?? (results[0] as Verification);
}

function maxAgeOf({ maxAge }: VerifyFlags): { maxAgeMs?: number } {
  if (maxAge === undefined) return {};
  const [, count, unit] = /^(\d{1,6})([smhd])$/.exec(maxAge) ?? [];
  if (count === undefined || unit === undefined) {
    throw new AppError("BAD_REQUEST", "--max-age takes a number and s, m, h or d, such as 24h");
  }
  return { maxAgeMs: Number(count) * (unitsMs[unit] ?? 0) };
}

function rpcAt(url: string): Rpc {
  return async (method, params) => {
    const response = await fetch(url, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ jsonrpc: "2.0", id: 1, method, params }),
      signal: AbortSignal.timeout(10_000),
    });
    const answer = (await response.json()) as { result?: unknown; error?: { message?: string } };
    if (answer.error !== undefined) throw new Error(answer.error.message ?? "the endpoint refused the call");
    return answer.result;
  };
}

function report(verification: Verification, trust: TrustFile | null, flags: VerifyFlags): void {
  const answer = trust === null ? null : answerOf(verification, trust, flags);
  const { result, asOf, reasons } = verification;
  if (flags.json) {
    say(
      JSON.stringify({ result, asOf: asOf === null ? null : new Date(asOf).toISOString(), reasons, answer }),
    );
    return;
  }
  say(result);
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
