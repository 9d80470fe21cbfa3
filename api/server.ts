import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { createAdaptorServer } from "@hono/node-server";
import { AppError } from "#domain/errors.ts";
import type { Api } from "./parts.ts";

/** The API on a socket. `stop` takes no new requests and resolves when those under way are answered. */
export interface ApiServer {
  readonly port: number;
  readonly url: string;
  stop(): Promise<void>;
}

/** Against slow and idle callers (reliability.md §2.3 H13); Node's own limits are 60 s, 300 s and none. */
const limits = {
  headersTimeout: 10_000,
  requestTimeout: 15_000,
  keepAliveTimeout: 5_000,
  maxHeaderSize: 16_384,
};
const connectionsMax = 2_000;
const stopWithinMs = 10_000;

/** Where to listen, and what an operator sets to choose another port. */
interface Place {
  readonly host: string;
  readonly port: number;
  readonly setBy?: string;
}

/** Opens the API's socket; port 0 takes a free one. @throws AppError BAD_SETTING when the address is taken */
export async function startServer(app: Api, place: Place): Promise<ApiServer> {
  const server = createAdaptorServer({ fetch: app.fetch, serverOptions: limits }) as Server;
  server.maxConnections = connectionsMax;
  const listening = Promise.withResolvers<void>();
  server.once("error", (cause: NodeJS.ErrnoException) => listening.reject(refused(cause, place)));
  const { host, port } = place;
  server.listen(port, host, () => listening.resolve());
  await listening.promise;
  server.removeAllListeners("error");
  const { port: taken } = server.address() as AddressInfo;
  const name = host.includes(":") ? `[${host}]` : host;
  return { port: taken, url: `http://${name}:${taken}`, stop: () => stop(server) };
}

function refused(cause: NodeJS.ErrnoException, { setBy = "PORT or --port", ...place }: Place): Error {
  if (cause.code !== "EADDRINUSE" && cause.code !== "EACCES") return cause;
  const why = cause.code === "EACCES" ? "may not be opened by this user" : "is in use by another program";
  return new AppError("BAD_SETTING", `port ${place.port} ${why}: choose another by ${setBy}`, place, cause);
}

function stop(server: Server): Promise<void> {
  const closed = Promise.withResolvers<void>();
  const timer = setTimeout(() => server.closeAllConnections(), stopWithinMs);
  server.close(() => {
    clearTimeout(timer);
    closed.resolve();
  });
  server.closeIdleConnections();
  return closed.promise;
}
