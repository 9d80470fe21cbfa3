/** Facts already put into words, by placeholder name; a fact that is not known is absent. */
export type FilledFacts = Readonly<Record<string, string | undefined>>;

const optionalPart = /\[([^[\]]*)\]/g;
const placeholder = /\{(\w+)\}/g;

/**
 * A sentence with its blanks filled. `[…]` encloses a part that is left out when a fact in it is not known,
 * so that a reason with few facts is still a whole sentence. A required fact that is missing shows as "—".
 */
export function fill(template: string, facts: FilledFacts): string {
  const known = template.replace(optionalPart, (_, part: string) =>
    placeholdersOf(part).every((name) => facts[name] !== undefined) ? part : "",
  );
  return known.replace(placeholder, (_, name: string) => facts[name] ?? "—");
}

/** The names of a template's blanks, in order of appearance. */
export function placeholdersOf(template: string): string[] {
  return [...template.matchAll(placeholder)].map((match) => match[1] ?? "");
}
