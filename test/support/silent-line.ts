/** A line to a server that can fall silent, as a cut network does: nobody is told, nothing ever comes. */
import { type AddressInfo, connect, createServer, type Socket } from "node:net";

/** The line, and the address of its near end in the place of the server's own. */
export interface SilentLine {
  readonly url: string;
  /** From now on nothing passes; the server has noticed already and given the connections up, as it does after a while. */
  fallSilent(): void;
  stop(): Promise<void>;
}

/** Opens a line to the server of this URL. */
export async function openSilentLine(serverUrl: string): Promise<SilentLine> {
  const server = new URL(serverUrl);
  const near = new Set<Socket>();
  const far = new Set<Socket>();
  let isSilent = false;
  const line = createServer((socket) => {
    near.add(socket);
    socket.on("error", () => undefined);
    socket.once("close", () => near.delete(socket));
    if (isSilent) return;
    const beyond = connect(Number(server.port), server.hostname);
    far.add(beyond);
    beyond.on("error", () => undefined);
    beyond.once("close", () => {
      far.delete(beyond);
      if (!isSilent) socket.destroy();
    });
    socket.once("close", () => beyond.destroy());
    socket.pipe(beyond);
    beyond.pipe(socket, { end: false });
  });
  await new Promise<void>((done) => line.listen(0, "127.0.0.1", done));
  const url = new URL(serverUrl);
  url.port = String((line.address() as AddressInfo).port);
  return {
    url: url.href,
    fallSilent: () => {
      isSilent = true;
      for (const socket of near) socket.unpipe();
      for (const socket of far) socket.destroy();
    },
    stop: async () => {
      for (const socket of [...near, ...far]) socket.destroy();
      await new Promise<void>((done) => line.close(() => done()));
    },
  };
}
