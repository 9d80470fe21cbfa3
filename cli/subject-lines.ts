import type { Verification } from "#domain/log/verify.ts";

/**
 * Whose bundle it is, in printable characters only, and a warning where nobody said whose it must be: a good result about
 * another pack says nothing of the one in the hand.
 */
export function subjectLines(
  text: string,
  { contents }: Pick<Verification, "contents">,
  { code }: { readonly code?: string },
): string[] {
  const subject = contents?.subject ?? claimedIn(text);
  const claim = contents === null ? " (by its own word: it is not proved)" : "";
  return [
    subject === null ? "subject: none is named" : `subject: ${printable(subject)}${claim}`,
    ...(code === undefined
      ? ["warning: no --code was given: this is about that subject, which need not be the pack in your hand"]
      : []),
  ];
}

function claimedIn(text: string): string | null {
  try {
    const { subject } = JSON.parse(text) as { subject?: unknown };
    return typeof subject === "string" ? subject.slice(0, 300) : null;
  } catch {
    return null;
  }
}

/** A canonical EPC is ASCII; anything else may be meant for the terminal and not for its reader. */
function printable(text: string): string {
  return text.replaceAll(/[^ -~]/g, "?");
}
