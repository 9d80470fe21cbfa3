/** Draws the devices of the plan: gateways with their keys, probes with what they feel. */
import type { ChannelDevice, GatewayDevice } from "./devices.ts";
import type { EquipmentPlan } from "./equipment-plan.ts";
import type { Climate, Probe } from "./fridge-model.ts";
import type { Incident } from "./incidents.ts";
import type { Seed } from "./seed.ts";

/** The gateways drawn so far, by id, while a network is made. */
export type GatewayDrafts = Map<string, GatewayDevice & { channels: ChannelDevice[] }>;

/** What devices are drawn from: the seed, and the demo's `now` (epoch ms) that incidents count from. */
export interface Drawing {
  readonly seed: Seed;
  readonly now: number;
}

const minuteMs = 60_000;
const recoveryMs = 20 * minuteMs;
const clockErrorMs = 800;

/** The air of an equipment with what happens to it. */
export function climateOf({ seed, now }: Drawing, { id, climate, incident }: EquipmentPlan): Climate {
  const drawn = { ...climate, start: seed.number(`climate/${id}`) };
  if (incident?.kind !== "unit-failure") return drawn;
  const { fromMs, repairedMs, towardsC, followMs, mains } = incident;
  const times = { from: now + fromMs, repairedAt: now + repairedMs };
  return { ...drawn, failure: { ...times, towardsC, followMs, recoveryMs, mains } };
}

/** Probe `n` (from 1) of an equipment; silence takes all of them, a fault or a drift the first. */
export function probeOf({ seed, now }: Drawing, { id, scope, incident }: EquipmentPlan, n: number): Probe {
  const probe = { start: seed.number(`probe/${id}-s${n}`), humidity: scope === "warehouse" };
  if (incident?.kind === "probe-silent")
    return { ...probe, silent: { from: now + incident.fromMs, to: now + incident.toMs } };
  if (n === 1 && incident?.kind === "probe-fault") return { ...probe, brokenFrom: now + incident.fromMs };
  if (n === 1 && incident?.kind === "probe-drift")
    return { ...probe, drift: { from: now, cPerDay: incident.driftCPerDay } };
  return probe;
}

/** The gateway of that id, drawn when it is first named; it keeps the cadence of the equipment that names it first. */
export function gatewayOf(
  { seed, now }: Drawing,
  drafts: GatewayDrafts,
  id: string,
  plan: EquipmentPlan,
): GatewayDevice & { channels: ChannelDevice[] } {
  const known = drafts.get(id);
  if (known) return known;
  const { historyMs, historyIntervalMs, liveIntervalMs, incident, isInCase } = plan;
  const gateway = {
    id,
    key: seed.key(id),
    password: seed.secret(`mqtt/${id}`),
    clockOffsetMs: (seed.number(`clock/${id}`) % (2 * clockErrorMs)) - clockErrorMs,
    slowPpm: incident?.kind === "gateway-slow-clock" ? incident.slowPpm : 0,
    phase: seed.number(`phase/${id}`) / 2 ** 32,
    cadence: { historyMs, historyIntervalMs, liveIntervalMs },
    isInCase,
    line: lineOf(incident, now),
    channels: [],
  };
  drafts.set(id, gateway);
  return gateway;
}

function lineOf(incident: Incident | null, now: number): GatewayDevice["line"] {
  if (incident?.kind === "gateway-never-connected") return "never";
  if (incident?.kind !== "gateway-offline") return "up";
  return { from: now + incident.fromMs, backMs: incident.backMs };
}
