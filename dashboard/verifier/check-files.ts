/** What the page does with the files it was given: the command line's own check, and the answers told from what it proved. */
import { parseTrust } from "#domain/log/parse-bundle.ts";
import { type Verification, verifyBundle } from "#domain/log/verify.ts";
import type { Answer } from "#domain/provenance/answer.ts";
import { tellAnswer } from "#domain/provenance/tell-answer.ts";
import { jsonRpc } from "../scan/browser/json-rpc.ts";

/** What a person handed in; an empty code was not typed, an empty address not given. */
export interface GivenFiles {
  readonly bundle: string;
  readonly trust: string;
  readonly code: string;
  readonly rpc: string;
}

/** How the check ended; `answer` is null where nothing is proved to be said. */
export interface Checked {
  readonly proof: Verification;
  readonly answer: Answer | null;
  readonly chainClass: "operator" | "consortium" | "public";
}

/** Checks a proof bundle. @throws ShapeError or StrictJsonError where the trust file is none */
export async function checkFiles({ bundle, trust: trustText, code, rpc }: GivenFiles): Promise<Checked> {
  const trust = parseTrust(trustText);
  const { chainClass } = trust;
  const given = { ...(code === "" ? {} : { code }), ...(rpc === "" ? {} : { rpc: jsonRpc(rpc) }) };
  const proof = await verifyBundle(bundle, { trust, nowMs: Date.now(), ...given });
  const { result, asOf, reasons, contents } = proof;
  if (contents === null) return { proof, answer: null, chainClass };
  const told = { code: code || contents.subject, view: contents.view, result, asOf, chainClass, reasons };
  return { proof, answer: tellAnswer(contents, told), chainClass };
}
