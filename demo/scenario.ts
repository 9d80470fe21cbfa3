/** When things happen in the demo's 24 hours, in ms before its `now`. */
const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

/** How far back the demo's history goes. */
export const HISTORY_MS = 24 * hourMs;

/** The steps of the three shipments. */
export const STEP_AGO_MS = {
  commissioned: 23.5 * hourMs,
  packed: 23 * hourMs,
  loadedAtMaker: 22.5 * hourMs,
  unloadedAtWholesaler: 20.5 * hourMs,
  goodLoaded: 16 * hourMs,
  goodReceived: 14 * hourMs,
  goodUnpacked: 13.75 * hourMs,
  silentReceived: 13.5 * hourMs,
  silentUnpacked: 13.25 * hourMs,
  warmLoaded: 11 * hourMs,
  warmReceived: 8.5 * hourMs,
  warmUnpacked: 8.25 * hourMs,
  dispensed: 10 * hourMs,
} as const;

/** The truck's cooling unit stops on the way to pharmacy 2: above 8 °C for about 40 minutes. */
export const FAILURE_AGO_MS = { from: 10.5 * hourMs, repairedAt: 10.5 * hourMs - 52 * minuteMs } as const;

/** The only sensor of pharmacy 3's refrigerator says nothing for five hours. */
export const SILENCE_AGO_MS = { from: 7 * hourMs, to: 2 * hourMs } as const;
