import type { Answer } from "#domain/provenance/answer.ts";

/** Where the proof bundle of an answer is to be had. */
export function bundlePath({ epc }: Pick<Answer, "epc">): string {
  return `/v1/provenance/${encodeURIComponent(epc)}/bundle`;
}
