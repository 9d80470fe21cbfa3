/**
 * How cold it is in a refrigerator, a cold room or a truck at any moment: compressor cycle, door openings, load,
 * probe offset and noise. Pure: the same climate, probe and time give the same reading, so a gateway can be asked
 * for its past (what real firmware keeps in flash).
 */
import { noise } from "./seed.ts";

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const chinaOffsetMs = 8 * hourMs;
const doorSlotMs = 12 * minuteMs;
const doorDecayMs = 5 * minuteMs;
const doorChance = 0.35;
const openingHour = 8;
const closingHour = 21;
/** Share of a compressor cycle in which it rests and the air warms up. */
const restShare = 0.65;
const probeOffsetC = 0.15;
const probeNoiseC = 0.03;
const dayMs = 24 * hourMs;
const openingMs = { least: 20_000, most: 160_000 } as const;

/**
 * A cooling unit that stops at `from`, or never rests, and works again at `repairedAt`; the air follows towards
 * `towardsC` with the time constant `followMs`. `mains`: because the mains are off.
 */
interface UnitFailure {
  readonly from: number;
  readonly repairedAt: number;
  readonly towardsC: number;
  readonly followMs: number;
  readonly recoveryMs: number;
  readonly mains: boolean;
}

/** One equipment's climate; temperatures in °C, times in epoch ms. */
export interface Climate {
  readonly start: number;
  readonly setpointC: number;
  readonly cycleC: number;
  readonly cycleMs: number;
  /** What an opening of the empty equipment's door adds at most; 0 where the door stays shut. */
  readonly doorC: number;
  /** 0 empty … 1 full: cold goods damp what a door lets in. */
  readonly load: number;
  readonly failure?: UnitFailure;
}

/** One probe of an equipment: silent for a while, broken from a moment on, or drifting further each day since one. */
export interface Probe {
  readonly start: number;
  readonly humidity: boolean;
  readonly silent?: { readonly from: number; readonly to: number };
  readonly brokenFrom?: number;
  readonly drift?: { readonly from: number; readonly cPerDay: number };
}

/** What a probe says at one moment: t in °C (two decimals), rh in percent (one decimal), or why it can't. */
export interface ProbeValue {
  readonly t?: number;
  readonly rh?: number;
  readonly err?: string;
}

/** The reading of a probe at a time (epoch ms); null while it is silent. */
export function probeValue(climate: Climate, probe: Probe, ts: number): ProbeValue | null {
  if (probe.silent && ts >= probe.silent.from && ts < probe.silent.to) return null;
  if (probe.brokenFrom !== undefined && ts >= probe.brokenFrom) return { err: "SENSOR_OPEN" };
  const place = Math.floor(ts / 1000);
  const driftC = probe.drift ? (Math.max(0, ts - probe.drift.from) / dayMs) * probe.drift.cPerDay : 0;
  const offsetC = (noise(probe.start, 0) * 2 - 1) * probeOffsetC + driftC;
  const jitterC = (noise(probe.start, place) * 2 - 1) * probeNoiseC;
  const t = round(airTemperatureC(climate, ts) + offsetC + jitterC, 2);
  return probe.humidity ? { t, rh: round(52 + 6 * noise(probe.start ^ 0x5a5a, place), 1) } : { t };
}

/** Whether the door stands open at a time. */
export function isDoorOpen(climate: Climate, ts: number): boolean {
  if (climate.doorC === 0) return false;
  const slot = Math.floor(ts / doorSlotMs);
  return [slot, slot - 1].some((each) => {
    const openedAt = openedIn(climate, each);
    const lastsMs =
      openingMs.least + noise(climate.start ^ 0x0c10, each) * (openingMs.most - openingMs.least);
    return openedAt !== null && ts >= openedAt && ts < openedAt + lastsMs;
  });
}

/** Whether the mains are there at a time. */
export function hasPower({ failure }: Climate, ts: number): boolean {
  return !(failure?.mains === true && ts >= failure.from && ts < failure.repairedAt);
}

/** The air in the equipment at a time, °C. */
export function airTemperatureC(climate: Climate, ts: number): number {
  const { failure } = climate;
  if (!failure || ts < failure.from) return workingC(climate, ts);
  if (ts < failure.repairedAt) return failingC(climate, failure, ts);
  const excessC = failingC(climate, failure, failure.repairedAt) - workingC(climate, failure.repairedAt);
  return workingC(climate, ts) + excessC * Math.exp((failure.repairedAt - ts) / failure.recoveryMs);
}

function workingC(climate: Climate, ts: number): number {
  return climate.setpointC + climate.cycleC * cycle(climate, ts) + doorWarmthC(climate, ts);
}

/** Newton's law of cooling, either way. */
function failingC(climate: Climate, { from, towardsC, followMs }: UnitFailure, ts: number): number {
  return towardsC - (towardsC - workingC(climate, from)) * Math.exp((from - ts) / followMs);
}

/** −1 … 1: slowly up while the compressor rests, quickly down while it runs. */
function cycle(climate: Climate, ts: number): number {
  const phase = ((ts + climate.start) % climate.cycleMs) / climate.cycleMs;
  return phase < restShare ? -1 + (2 * phase) / restShare : 1 - (2 * (phase - restShare)) / (1 - restShare);
}

function doorWarmthC(climate: Climate, ts: number): number {
  if (climate.doorC === 0) return 0;
  const slot = Math.floor(ts / doorSlotMs);
  let sum = 0;
  for (let back = 0; back < 4; back += 1) sum += openingWarmth(climate, slot - back, ts);
  const mostC = climate.doorC / (1 + climate.load);
  return mostC * Math.tanh(sum);
}

function openingWarmth(climate: Climate, slot: number, ts: number): number {
  const openedAt = openedIn(climate, slot);
  return openedAt === null || ts < openedAt ? 0 : Math.exp((openedAt - ts) / doorDecayMs);
}

/** When in a slot of time the door is opened; null when it stays shut. */
function openedIn({ start }: Climate, slot: number): number | null {
  const openedAt = (slot + noise(start ^ 0x0d00, slot)) * doorSlotMs;
  return isOpenHour(openedAt) && noise(start, slot) <= doorChance ? openedAt : null;
}

function isOpenHour(ts: number): boolean {
  const hour = Math.floor(((ts + chinaOffsetMs) / hourMs) % 24);
  return hour >= openingHour && hour < closingHour;
}

function round(value: number, decimals: number): number {
  return Math.round(value * 10 ** decimals) / 10 ** decimals;
}
