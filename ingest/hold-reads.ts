import type { Duplex } from "node:stream";

/**
 * Gives a stream's reader nothing more, so that what comes waits in the socket's buffer and then at the sender, by TCP. aedes' own
 * `pause` doesn't count the packets that end meanwhile, and reads on only when it has counted them all.
 * @returns how the reader may read on; to be called once
 */
export function holdReads(stream: Duplex): () => void {
  const { read } = stream;
  stream.read = (size?: number) => (size === 0 ? read.call(stream, 0) : null);
  return () => {
    stream.read = read;
    stream.emit("readable");
  };
}
