import { firstGroups, netOf } from "#services/net-of.ts";
import type { ApiContext } from "./parts.ts";

/** Which net a request comes from, for limits. */
export function clientNet(c: ApiContext): string {
  return netOf(c.env?.incoming?.socket?.remoteAddress);
}

/** The net with its last part left out (/24, /48), as far as a log may keep it. */
export function shortNet(c: ApiContext): string {
  const net = clientNet(c);
  return net.includes(":") ? firstGroups(net, 3) : net.split(".").slice(0, 3).join(".");
}
