/** A topic pattern's levels: `+` stands for any one level that isn't empty. */
const levelPattern = /^(?:\+|[^+#/\p{C}]{1,100})$/u;
const levelsMax = 16;
const lengthMax = 200;

/** What is wrong with a topic pattern that a source may register, null when nothing is. */
export function patternFault(pattern: string): string | null {
  const levels = pattern.split("/");
  if (pattern.length > lengthMax || levels.length > levelsMax) {
    return `must have at most ${lengthMax} characters and ${levelsMax} levels`;
  }
  if (!levels.every((level) => levelPattern.test(level))) {
    return "must have levels of visible characters without #, or a + alone";
  }
  const first = levels[0] ?? "";
  if (first === "+" || first === "coldmark" || first.startsWith("$")) {
    return "must begin with a level of its own: not +, coldmark or $…";
  }
  return null;
}

/** Whether a topic is one that the pattern stands for. */
export function isTopicOf(pattern: string, topic: string): boolean {
  const levels = topic.split("/");
  const own = pattern.split("/");
  if (own.length !== levels.length) return false;
  return own.every((level, at) => levels[at] !== "" && (level === "+" || level === levels[at]));
}

interface Node<Value> {
  readonly below: Map<string, Node<Value>>;
  entry: { readonly pattern: string; readonly value: Value } | null;
}

/** Topic patterns with what each stands for. */
export interface PatternTree<Value> {
  /** Adds a pattern; the caller has asked `meeting` first. */
  add(pattern: string, value: Value): void;
  /** What the pattern that matches this topic stands for, null when none does. */
  find(topic: string): Value | null;
  /** A pattern that can match a topic this one matches too, with what it stands for; null when there is none. */
  meeting(pattern: string): { readonly pattern: string; readonly value: Value } | null;
}

/** No patterns yet. Looking one up takes as long as it has levels, as long as none of them meet. */
export function createPatternTree<Value>(): PatternTree<Value> {
  const root = emptyNode<Value>();
  return {
    add: (pattern, value) => {
      let node = root;
      for (const level of pattern.split("/")) {
        const next = node.below.get(level) ?? emptyNode<Value>();
        node.below.set(level, next);
        node = next;
      }
      node.entry = { pattern, value };
    },
    find: (topic) => {
      if (topic.length > 2 * lengthMax) return null;
      return search(root, topic.split("/"), 0, stepsOfTopic)?.value ?? null;
    },
    meeting: (pattern) => search(root, pattern.split("/"), 0, stepsOfPattern),
  };
}

function emptyNode<Value>(): Node<Value> {
  return { below: new Map(), entry: null };
}

type Steps = <Value>(node: Node<Value>, level: string) => Iterable<Node<Value>>;

function search<Value>(
  node: Node<Value>,
  levels: readonly string[],
  at: number,
  steps: Steps,
): Node<Value>["entry"] {
  const level = levels[at];
  if (level === undefined) return node.entry;
  for (const next of steps(node, level)) {
    const found = search(next, levels, at + 1, steps);
    if (found !== null) return found;
  }
  return null;
}

function* stepsOfTopic<Value>(node: Node<Value>, level: string): Iterable<Node<Value>> {
  if (level === "") return;
  const own = level === "+" ? undefined : node.below.get(level);
  const any = node.below.get("+");
  if (own) yield own;
  if (any) yield any;
}

function stepsOfPattern<Value>(node: Node<Value>, level: string): Iterable<Node<Value>> {
  return level === "+" ? node.below.values() : stepsOfTopic(node, level);
}
