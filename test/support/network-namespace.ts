/** A network namespace of a test's own, tied to ours by a pair of virtual interfaces that can be made to swallow everything. */
import { execFileSync } from "node:child_process";
import { randomBytes, randomInt } from "node:crypto";
import { programOf } from "./child.ts";

/** A machine apart. */
export interface OtherMachine {
  /** Our address as it sees us, and its own. */
  readonly ours: string;
  readonly theirs: string;
  /** What runs a program there. */
  readonly prefix: readonly string[];
  /** From now on no packet passes either way, and nobody is told. */
  part(): void;
  /**
   * From now on nothing it sends arrives. Servers of ours then notice by their keepalives, as when a far switch fails; what is
   * dropped on their own end of the pair, as `part` does, the kernel takes for congestion and doesn't count.
   */
  mute(): void;
  join(): void;
  remove(): void;
}

/** Makes one in a network 10.231.{number}.0/24 of its own. @throws naming what this machine lacks */
export function makeOtherMachine(): OtherMachine {
  const ip = programOf(["/usr/sbin/ip", "/sbin/ip", "/usr/bin/ip"], "iproute2");
  const tc = programOf(["/usr/sbin/tc", "/sbin/tc", "/usr/bin/tc"], "iproute2");
  const tail = randomBytes(3).toString("hex");
  const [name, outside, inside] = [`cm-${tail}`, `cmo${tail}`, `cmi${tail}`];
  const number = freeNumber(ip);
  const [ours, theirs] = [`10.231.${number}.1`, `10.231.${number}.2`];
  const there = [ip, "netns", "exec", name];
  const run = (...words: string[]) => {
    try {
      execFileSync(words[0] ?? "", words.slice(1), { stdio: "pipe" });
    } catch (cause) {
      throw new Error(`"${words.join(" ")}" is refused; this test needs root and network namespaces`, {
        cause,
      });
    }
  };
  run(ip, "netns", "add", name);
  run(ip, "link", "add", outside, "type", "veth", "peer", "name", inside, "netns", name);
  run(ip, "addr", "add", `${ours}/24`, "dev", outside);
  run(ip, "link", "set", outside, "up");
  run(...there, ip, "addr", "add", `${theirs}/24`, "dev", inside);
  run(...there, ip, "link", "set", inside, "up");
  run(...there, ip, "link", "set", "lo", "up");
  run(...there, ip, "route", "add", "default", "via", ours);
  const outer = { tc: [tc], device: outside };
  const inner = { tc: [...there, tc], device: inside };
  let swallowing: (typeof outer)[] = [];
  const swallow = (ends: typeof swallowing) => {
    for (const end of ends) run(...end.tc, "qdisc", "add", "dev", end.device, "root", "pfifo", "limit", "0");
    swallowing = ends;
  };
  return {
    ...{ ours, theirs, prefix: there },
    part: () => swallow([outer, inner]),
    mute: () => swallow([inner]),
    join: () => {
      for (const end of swallowing) run(...end.tc, "qdisc", "del", "dev", end.device, "root");
      swallowing = [];
    },
    remove: () => run(ip, "netns", "del", name),
  };
}

/** A network that another run has, or left behind, would take the packets of ours. */
function freeNumber(ip: string): number {
  const taken = execFileSync(ip, ["-4", "addr"], { encoding: "utf8" });
  for (;;) {
    const number = randomInt(1, 255);
    if (!taken.includes(` 10.231.${number}.1/`)) return number;
  }
}
