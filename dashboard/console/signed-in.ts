import { keep, kept } from "./keep.ts";

const keptName = "coldmark.signedIn";

/**
 * Whether somebody signed in with this browser and didn't sign out: only then is it worth asking who it is. It is no
 * proof of anything; the session itself is a cookie that no script can read.
 */
export function maybeSignedIn(): boolean {
  return kept(keptName) !== null;
}

/** Notes that somebody signed in, or is gone. */
export function noteSignedIn(signedIn: boolean): void {
  keep(keptName, signedIn ? "1" : null);
}
