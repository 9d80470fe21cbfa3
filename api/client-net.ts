import type { ApiContext } from "./parts.ts";

/** Which net a request comes from, for limits: the IPv4 address, or the /64 of IPv6, which one caller has whole. */
export function clientNet(c: ApiContext): string {
  const address = c.env?.incoming?.socket?.remoteAddress;
  if (address === undefined) return "unknown";
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  return mapped ?? (address.includes(":") ? firstGroups(address, 4) : address);
}

/** The net with its last part left out (/24, /48), as far as a log may keep it. */
export function shortNet(c: ApiContext): string {
  const net = clientNet(c);
  return net.includes(":") ? firstGroups(net, 3) : net.split(".").slice(0, 3).join(".");
}

function firstGroups(address: string, count: number): string {
  const [head = "", tail] = address.split("::");
  const [left, right] = [head, tail ?? ""].map((part) => part.split(":").filter((group) => group !== ""));
  const zeros = tail === undefined ? 0 : 8 - (left?.length ?? 0) - (right?.length ?? 0);
  return [...(left ?? []), ...Array<string>(Math.max(zeros, 0)).fill("0"), ...(right ?? [])]
    .slice(0, count)
    .join(":");
}
