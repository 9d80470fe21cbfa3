import { parseCode } from "./parse.ts";

/** The lot that a code carries beside its product (GS1 AI 10 with AI 01), or null. */
export function lotInCode(code: string): string | null {
  const { ai } = parseCode(code);
  return ai["01"] === undefined ? null : (ai["10"] ?? null);
}
