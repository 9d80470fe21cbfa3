/**
 * Whether this is a user of our own sessions: each is one of its own, back-fill (-hist) beside live messages, and both
 * again for each further shard.
 */
export function isSessionUser(base: string | undefined, username: string): boolean {
  return (
    base !== undefined &&
    username.startsWith(base) &&
    /^(-\d{1,2})?(-hist)?$/.test(username.slice(base.length))
  );
}
