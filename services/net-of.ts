/** Which net an address lies in, for limits: the IPv4 address, or the /64 of IPv6, which one caller has whole. */
export function netOf(address: string | undefined): string {
  if (address === undefined) return "unknown";
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  return mapped ?? (address.includes(":") ? firstGroups(address, 4) : address);
}

/** The first groups of an IPv6 address, written out. */
export function firstGroups(address: string, count: number): string {
  const [head = "", tail] = address.split("::");
  const [left, right] = [head, tail ?? ""].map((part) => part.split(":").filter((group) => group !== ""));
  const zeros = tail === undefined ? 0 : 8 - (left?.length ?? 0) - (right?.length ?? 0);
  return [...(left ?? []), ...Array<string>(Math.max(zeros, 0)).fill("0"), ...(right ?? [])]
    .slice(0, count)
    .join(":");
}
