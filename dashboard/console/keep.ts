/** What couldn't be kept in the browser's store lasts as long as the page. */
const here = new Map<string, string>();

/** What this browser keeps under a name; null where nothing is kept. */
export function kept(name: string): string | null {
  try {
    return localStorage.getItem(name) ?? here.get(name) ?? null;
  } catch {
    return here.get(name) ?? null;
  }
}

/** Keeps a text under a name, or forgets it with null. Private windows may forbid keeping: nothing breaks then. */
export function keep(name: string, text: string | null): void {
  if (text === null) here.delete(name);
  else here.set(name, text);
  try {
    if (text === null) localStorage.removeItem(name);
    else localStorage.setItem(name, text);
  } catch {
    // What is kept in `here` is all there can be.
  }
}
