import type { Answer } from "#domain/provenance/answer.ts";

/** Where the proof bundle of an answer is to be had: by the code as it was asked, with the lot that it carries. */
export function bundlePath({ code }: Pick<Answer, "code">): string {
  return `/v1/provenance/${encodeURIComponent(code)}/bundle`;
}
