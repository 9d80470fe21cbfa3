/** A message's hint at its gateway's clock: `skewMs` = received − sent, null where it tells nothing. Epoch ms. */
export interface ClockHint {
  readonly receivedAt: number;
  readonly skewMs: number | null;
}

/** How far gateways' clocks are behind ours, remembered between two steps of the one tracker. */
export interface SkewBook {
  /** What is known of a boot's clock after these messages, of which none came before; `kept` is what the records say. */
  follow(bootKey: string, kept: number | null, hints: readonly ClockHint[]): number | null;
  /** After anything that may have changed the records without us. */
  forget(): void;
}

interface Windows {
  readonly since: number;
  /** The least skew of this window and of the one before. */
  readonly least: number | null;
  readonly before: number | null;
}

/** A clock that was set shows after two of them at the latest; a line that only lets old messages through must last as long. */
const windowMs = 10 * 60_000;
const bootsMax = 50_000;
const int32 = { least: -(2 ** 31), most: 2 ** 31 - 1 };

/**
 * Opens an empty book. The least of two windows counts, because the way to us only ever adds: messages that waited for a line
 * don't make a clock look slow (a mean would, reference/ingestion.md §6.8). What the records say stands for the window before.
 */
export function openSkewBook(): SkewBook {
  const known = new Map<string, Windows>();
  return {
    follow: (bootKey, kept, hints) => {
      let windows = known.get(bootKey) ?? null;
      for (const { receivedAt, skewMs } of hints) {
        if (skewMs === null) continue;
        windows = take(windows ?? { since: receivedAt, least: null, before: kept }, receivedAt, skewMs);
      }
      if (windows === null) return kept;
      if (known.size >= bootsMax) known.clear();
      known.set(bootKey, windows);
      return leastOf(windows.least, windows.before);
    },
    forget: () => known.clear(),
  };
}

function take(windows: Windows, at: number, skewMs: number): Windows {
  const isOver = at >= windows.since + windowMs;
  const { since, least, before } = isOver
    ? { since: at, least: null, before: windows.least ?? windows.before }
    : windows;
  return { since, least: leastOf(least, clamp(skewMs)), before };
}

function leastOf(a: number | null, b: number | null): number | null {
  return a === null || b === null ? (a ?? b) : Math.min(a, b);
}

/** As far as the records' column holds. */
function clamp(skewMs: number): number {
  return Math.max(int32.least, Math.min(int32.most, Math.round(skewMs)));
}
