/** One change to a source file. */
export interface Mutant {
  /** Line from 1, the line's text, and what became of it: enough to name the mutant. */
  readonly line: number;
  readonly before: string;
  readonly after: string;
  readonly source: string;
}

/** What each comparison and connective is turned into: its boundary, its opposite; a modifier is left away. */
const replacements: Readonly<Record<string, readonly string[]>> = {
  "<": ["<=", ">="],
  "<=": ["<", ">"],
  ">": [">=", "<="],
  ">=": [">", "<"],
  "==": ["!="],
  "!=": ["=="],
  "&&": ["||"],
  "||": ["&&"],
  "!": [""],
  "and(": ["or("],
  "eq(": ["lt(", "gt("],
  onlyAdmin: [""],
};

/** The longest first; shifts, arrows, comments and texts are passed over, and so is the modifier's own definition. */
const tokens =
  /\/\/.*|"[^"]*"|modifier onlyAdmin|=>|>>=|<<=|>>|<<|<=|>=|==|!=|&&|\|\||<|>|!|\band\(|\beq\(|\bonlyAdmin\b/g;

/** Every mutant of a Solidity source: each comparison, connective, negation and role check, one at a time. */
export function mutantsOf(source: string): Mutant[] {
  return [...source.matchAll(tokens)].flatMap((found) =>
    (replacements[found[0]] ?? []).map((replacement) =>
      replaceAt(source, found.index, found[0], replacement),
    ),
  );
}

function replaceAt(source: string, at: number, token: string, replacement: string): Mutant {
  const mutated = source.slice(0, at) + replacement + source.slice(at + token.length);
  const line = source.slice(0, at).split("\n").length;
  const textOf = (text: string) => (text.split("\n")[line - 1] ?? "").trim();
  return { line, before: textOf(source), after: textOf(mutated), source: mutated };
}
