import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { listenHere, type ServedHere } from "./listen-here.ts";

/**
 * Serves a log's folder as a static host does, which knows nothing of logs. Entry tiles can be kept for callers that send
 * `entriesKey` as their bearer token, as the API keeps them; all others get 401.
 */
export function serveFolder(dir: string, { entriesKey }: { entriesKey?: string } = {}): Promise<ServedHere> {
  const server = createServer((request, response) => {
    const path = join(dir, request.url ?? "");
    const isOpen = entriesKey === undefined || !path.includes("/entries/");
    if (!isOpen && request.headers.authorization !== `Bearer ${entriesKey}`) {
      response.writeHead(401).end();
      return;
    }
    try {
      response.end(readFileSync(path));
    } catch {
      response.writeHead(404).end();
    }
  });
  return listenHere(server);
}
