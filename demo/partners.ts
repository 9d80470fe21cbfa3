/** Partners' systems: they post EPCIS captures signed by an enrolled offline scanner, over HTTP with an API key. */

import { sha256 } from "@noble/hashes/sha2.js";
import { concatBytes, toBase64, utf8 } from "#domain/log/bytes.ts";
import { canonicalize } from "#domain/log/canonical.ts";
import type { ScannerDevice } from "./devices.ts";
import { pause } from "./pause.ts";
import type { DeviceKey } from "./seed.ts";
import type { DemoRecall } from "./shipments.ts";
import { signAs } from "./sign.ts";
import type { DemoCapture } from "./world.ts";

const attemptMs = 15_000;
const patienceMs = 120_000;
const firstWaitMs = 250;
const longestWaitMs = 5_000;

/** Where and as whom captures are posted. */
export interface PartnerSettings {
  readonly httpUrl: string;
  readonly scanners: readonly ScannerDevice[];
  readonly signal: AbortSignal;
}

/** The header by which a key signs a document: over "coldmark/capture/1" ‖ 0x00 ‖ SHA-256(JCS(document)). */
export function captureSignature(document: unknown, key: DeviceKey): string {
  const sig = toBase64(signAs(key, captureMessage(document)));
  return `kid=${key.kid};alg=Ed25519;sig=${sig}`;
}

/** The bytes that a capture's signature covers. */
export function captureMessage(document: unknown): Uint8Array {
  return concatBytes(utf8("coldmark/capture/1"), Uint8Array.of(0), sha256(utf8(canonicalize(document))));
}

/**
 * Posts captures one after the other, in their order; a server that is starting or busy is asked again for two minutes.
 * @throws Error naming the organisation and the server's words when a capture is refused
 */
export async function postCaptures(
  captures: readonly DemoCapture[],
  settings: PartnerSettings,
): Promise<void> {
  for (const { organisation, document } of captures) {
    const scanner = scannerOf(organisation, settings);
    const headers = {
      "gs1-epcis-version": "2.0.0",
      "coldmark-signature": captureSignature(document, scanner.key),
    };
    const request = { path: "/epcis/v2/capture", headers, body: document };
    await postPatiently(`the capture of ${organisation}`, request, scanner, settings);
  }
}

/**
 * A maker recalls lots, as patiently.
 * @throws Error naming the organisation and the server's words when a recall is refused
 */
export async function postRecalls(recalls: readonly DemoRecall[], settings: PartnerSettings): Promise<void> {
  for (const { organisation, gtin, lot, reason } of recalls) {
    const request = { path: `/v1/lots/${gtin}/${lot}/recall`, headers: {}, body: { reason } };
    await postAs(organisation, "the recall", request, settings);
  }
}

/** Posts something as an organisation, as patiently. @throws Error naming both and the server's words when it is refused */
export async function postAs(
  organisation: string,
  what: string,
  request: Request,
  settings: PartnerSettings,
): Promise<void> {
  const scanner = scannerOf(organisation, settings);
  await postPatiently(`${what} of ${organisation}`, request, scanner, settings);
}

interface Request {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
}

function scannerOf(organisation: string, { scanners }: PartnerSettings): ScannerDevice {
  const scanner = scanners.find((each) => each.organisation === organisation);
  if (!scanner) throw new Error(`${organisation} has no scanner`);
  return scanner;
}

async function postPatiently(
  what: string,
  request: Request,
  scanner: ScannerDevice,
  settings: PartnerSettings,
): Promise<void> {
  const deadline = Date.now() + patienceMs;
  for (let waitMs = firstWaitMs; ; waitMs = Math.min(longestWaitMs, waitMs * 2)) {
    const outcome = await postOnce(request, scanner, settings);
    if (outcome === "taken") return;
    settings.signal.throwIfAborted();
    if (!outcome.again || Date.now() > deadline) throw new Error(`${what} was not taken: ${outcome.why}`);
    await pause(waitMs, settings.signal);
  }
}

async function postOnce(
  { path, headers, body }: Request,
  { apiKey }: ScannerDevice,
  { httpUrl, signal }: PartnerSettings,
): Promise<"taken" | { again: boolean; why: string }> {
  try {
    const response = await fetch(new URL(path, httpUrl), {
      method: "POST",
      headers: { authorization: `Bearer ${apiKey}`, "content-type": "application/json", ...headers },
      body: JSON.stringify(body),
      signal: AbortSignal.any([signal, AbortSignal.timeout(attemptMs)]),
    });
    const words = (await response.text()).slice(0, 2_000);
    if (response.ok) return "taken";
    return { again: response.status >= 500 || response.status === 429, why: `${response.status} ${words}` };
  } catch (error) {
    return { again: true, why: error instanceof Error ? error.message : String(error) };
  }
}
