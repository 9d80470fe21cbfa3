/** Passes connections on, as a program of its own so that it may run on another machine: `relay-child.ts HOST PORT TO-HOST TO-PORT`. */
import { connect, createServer } from "node:net";

const [host, port, toHost, toPort] = process.argv.slice(2);
const server = createServer((near) => {
  const far = connect(Number(toPort), toHost);
  for (const [socket, other] of [
    [near, far],
    [far, near],
  ] as const) {
    socket.on("error", () => undefined);
    socket.once("close", () => other.destroy());
    socket.pipe(other);
  }
});
server.listen(Number(port), host, () => process.stdout.write("ready\n"));
