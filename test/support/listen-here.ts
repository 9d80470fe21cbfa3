import { once } from "node:events";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";

/** A test's server that listens on this machine alone. */
export interface ServedHere {
  readonly url: string;
  stop(): Promise<void>;
}

/** Has a server listen at a port of 127.0.0.1, any free one unless told; `stop` cuts off who is still connected. */
export async function listenHere(server: Server, port = 0): Promise<ServedHere> {
  await once(server.listen(port, "127.0.0.1"), "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async stop() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}
