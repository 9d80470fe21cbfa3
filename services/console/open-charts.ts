import { silentAfterMs } from "#domain/coldchain/equipment-state.ts";
import { AppError } from "#domain/errors.ts";
import { findEquipmentView, readExcursionsIn, readStays, type Stay } from "#store/equipment-view.ts";
import type { ReadingsStore, Span, SwitchSpans } from "#store/readings/readings-store.ts";
import type { Context } from "../context.ts";
import { bucketMsFor, chartSpanMaxMs } from "./bucket-ms.ts";
import { type ChartPeriod, readSeries, seriesOf } from "./chart-series.ts";
import { ChartTurns } from "./chart-turns.ts";
import { reachOf } from "./reach.ts";
import { unwatchedGaps } from "./unwatched-gaps.ts";

/** A chart of one equipment; times in epoch ms, `to` null for what lasts. */
type EquipmentChart = Awaited<ReturnType<typeof drawChart>>;

/** Draws charts of equipment. */
export interface Charts {
  /**
   * The chart of [from, to), epoch ms; without them the last 24 h. Gaps are told exactly, whatever the buckets are.
   * @throws AppError UNAUTHENTICATED (no scope `console:read`), NOT_FOUND (no such label in reach), BAD_REQUEST (a period
   *   that ends before it begins, or is longer than 400 days), TOO_MANY (the actor draws two already, or all draw eight),
   *   UNAVAILABLE (the readings store can't answer)
   */
  chart(
    ctx: Pick<Context, "store" | "clock" | "actor">,
    label: string,
    period: { readonly from?: number | undefined; readonly to?: number | undefined },
  ): Promise<EquipmentChart>;
}

const dayMs = 86_400_000;
/** Doors open and close too often to be told on a longer chart. */
const doorsShownMs = 8 * dayMs;

/** Charts from a readings store. */
export function openCharts(readings: ReadingsStore): Charts {
  const turns = new ChartTurns();
  return {
    chart: (ctx, label, period) => turns.hold(ctx.actor, () => drawChart(readings, ctx, label, period)),
  };
}

async function drawChart(
  readings: ReadingsStore,
  ctx: Pick<Context, "store" | "clock" | "actor">,
  label: string,
  asked: { readonly from?: number | undefined; readonly to?: number | undefined },
) {
  const now = ctx.clock();
  const span = periodOf(asked, now);
  const { equipment, stays, excursions } = await readPlace(ctx, label, span);
  const { profile, profileVersion, scope, tenantId } = equipment;
  const holdMs = silentAfterMs(profile, profileVersion, scope);
  const bucketMs = bucketMsFor(span.to - span.from);
  const known: ChartPeriod = { from: span.from, to: Math.min(span.to, now), holdMs, bucketMs };
  const [read, switches] = await Promise.all([
    readSeries(readings, tenantId, stays, known),
    readSwitches(readings, tenantId, stays, { ...known, doors: span.to - span.from <= doorsShownMs }),
  ]);
  const open = ({ from, to }: Span) => ({ from, to: to >= known.to && span.to >= now ? null : to });
  return {
    ...{ ...span, bucketMs, maxGapMs: holdMs },
    lowerLimitC: equipment.lowerMilliC / 1000,
    upperLimitC: equipment.upperMilliC / 1000,
    series: [...Map.groupBy(read, ({ sensor }) => sensor)].map(([sensor, own]) =>
      seriesOf(sensor, own, known),
    ),
    excursions: excursions.map(({ sensor, direction, fromTs: from, toTs: to, extremeMilliC }) => {
      return { sensor, direction, from, to, extremeC: extremeMilliC / 1000 };
    }),
    gaps: [
      ...read.flatMap(({ sensor, silences }) => silences.map((each) => ({ sensor, ...each }))),
      ...unwatchedGaps(stays, known),
    ].map((gap) => ({ sensor: gap.sensor, ...open(gap) })),
    doors: switches.doors.map(open),
    powerCuts: switches.powerCuts.map(open),
  };
}

function periodOf(
  { from, to }: { readonly from?: number | undefined; readonly to?: number | undefined },
  now: number,
): Span {
  const end = to ?? now;
  const span = { from: from ?? end - dayMs, to: end };
  if (span.from >= span.to) throw new AppError("BAD_REQUEST", "from must be before to");
  if (span.to - span.from > chartSpanMaxMs) {
    throw new AppError("BAD_REQUEST", "a chart covers at most 400 days");
  }
  return span;
}

async function readPlace(ctx: Pick<Context, "store" | "actor">, label: string, span: Span) {
  const who = reachOf(ctx.actor);
  return await ctx.store.as(who, async (tx) => {
    const equipment = await findEquipmentView(tx, who.tenant, label);
    if (equipment === null) throw new AppError("NOT_FOUND", "there is no such equipment");
    const stays = await readStays(tx, equipment, span);
    return { equipment, stays, excursions: await readExcursionsIn(tx, equipment, span) };
  });
}

/** Contacts of sensors that lay there all the time or for a while: what they said elsewhere is left out. */
async function readSwitches(
  readings: ReadingsStore,
  tenant: string,
  stays: readonly Stay[],
  { from, to, holdMs, doors }: ChartPeriod & { readonly doors: boolean },
): Promise<SwitchSpans> {
  const spanOf = ({ since, until }: Stay) => ({ from: Math.max(since, from), to: Math.min(until ?? to, to) });
  const groups = [...Map.groupBy(stays, (stay) => JSON.stringify(spanOf(stay))).values()];
  const found = await Promise.all(
    groups.map((own) => {
      const points = own.map(({ point }) => point);
      return readings.switches({ tenant, points, ...spanOf(own[0] as Stay) }, holdMs, { doors });
    }),
  );
  return {
    doors: found.flatMap((each) => each.doors),
    powerCuts: found.flatMap(({ powerCuts }) => powerCuts),
  };
}
