import { programOf } from "./child.ts";

/**
 * What runs a process under a wrong clock: `offset` as libfaketime reads it ("+2y", "-30m"). It is loaded by `env`, which
 * becomes the process; Debian's wrapper would stay its parent and take its signals.
 */
export function underClock(offset: string): string[] {
  const places = ["x86_64-linux-gnu", "aarch64-linux-gnu"].map(
    (arch) => `/usr/lib/${arch}/faketime/libfaketime.so.1`,
  );
  return ["/usr/bin/env", `LD_PRELOAD=${programOf(places, "faketime")}`, `FAKETIME=${offset}`];
}
