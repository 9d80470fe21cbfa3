/** What is kept beside golden bundles, and how one of them is judged. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { VerificationResult } from "#domain/log/bundle.ts";
import { checkHeld, openHeldCheckpoint } from "#domain/log/held-checkpoint.ts";
import { parseTrust } from "#domain/log/parse-bundle.ts";
import { type Verification, verifyBundle } from "#domain/log/verify.ts";
import { tellAnswer } from "#domain/provenance/tell-answer.ts";
import { type GoldenChain, rpcOf } from "#test/support/golden-chain.ts";

/** A bundle with all that its check needs; the chain is null where it is not asked, "down" where nobody answers. */
export interface GoldenInput {
  readonly about: string;
  readonly bundle: string;
  readonly trust: string | null;
  readonly code: string | null;
  readonly maxAgeMs: number | null;
  /** The caller's clock, and a signed note that the caller holds; absent where there was none. */
  readonly nowMs?: number;
  readonly held?: string;
  readonly chain: GoldenChain | "down" | null;
}

/** How a check must end; `answers` are the states of known, state and cold where the contents are proved. */
export interface GoldenOutcome {
  readonly result: VerificationResult;
  readonly asOf: number | null;
  readonly answers: readonly string[] | null;
}

/** One golden case, as its files have it. */
export interface GoldenCase extends GoldenInput {
  readonly name: string;
  readonly expected: GoldenOutcome;
}

/** Where the golden bundles of a version lie. */
export const goldenDir = (version: number) => join(import.meta.dirname, `bundle-v${version}`);

/** The golden cases of a version: NAME.json with the case, NAME.bundle.json with the bundle's very text. */
export function readGolden(version: number): GoldenCase[] {
  const dir = goldenDir(version);
  const names = readdirSync(dir).filter((name) => name.endsWith(".bundle.json"));
  return names.map((file) => {
    const name = file.replace(".bundle.json", "");
    const bundle = readFileSync(join(dir, file), "utf8");
    return { ...JSON.parse(readFileSync(join(dir, `${name}.json`), "utf8")), name, bundle };
  });
}

/** How our verifier, and the answers told from what it proved, end a case. */
export async function judge(input: GoldenInput): Promise<GoldenOutcome> {
  const { bundle, chain, code, maxAgeMs, nowMs, held } = input;
  const trust = input.trust === null ? null : parseTrust(input.trust);
  const rpc = chain === "down" ? () => Promise.reject(new Error("nobody answers")) : chain && rpcOf(chain);
  const given = {
    ...(code === null ? {} : { code }),
    ...(maxAgeMs === null ? {} : { maxAgeMs }),
    ...(rpc === null ? {} : { rpc }),
    ...(nowMs === undefined ? {} : { nowMs }),
    ...(held === undefined || trust === null ? {} : { held: checkHeld(openHeldCheckpoint(held, trust)) }),
  };
  const verification = await verifyBundle(bundle, { trust, ...given });
  return { result: verification.result, asOf: verification.asOf, answers: answersOf(verification) };
}

function answersOf({ result, asOf, reasons, contents }: Verification): readonly string[] | null {
  if (contents === null) return null;
  const told = { code: contents.subject, view: contents.view, chainClass: "operator" } as const;
  const { known, state, cold } = tellAnswer(contents, { ...told, result, asOf, reasons });
  return [known.state, state.state, cold.state];
}
