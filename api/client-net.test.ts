import { expect, it } from "vitest";
import { clientNet, shortNet } from "./client-net.ts";
import type { ApiContext } from "./parts.ts";

const from = (remoteAddress?: string) =>
  ({ env: { incoming: { socket: { remoteAddress } } } }) as unknown as ApiContext;

it.each([
  ["192.0.2.7", "192.0.2.7", "192.0.2"],
  ["::ffff:192.0.2.7", "192.0.2.7", "192.0.2"],
  ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2", "2001:db8:1"],
  ["2001:db8::1", "2001:db8:0:0", "2001:db8:0"],
  ["::1", "0:0:0:0", "0:0:0"],
  [undefined, "unknown", "unknown"],
])("%s comes from the net %s, logged as %s", (address, net, short) => {
  expect([clientNet(from(address)), shortNet(from(address))]).toEqual([net, short]);
});
