import type { Equipment } from "#api/console-shapes.ts";

type Named = Pick<Equipment["sensors"][number], "id" | "gateway" | "channel">;

/** What each sensor is called on the screen, by its id: its channel, with the gateway where there are several. */
export function sensorNames(sensors: readonly Named[]): ReadonlyMap<string, string> {
  const several = new Set(sensors.map(({ gateway }) => gateway)).size > 1;
  return new Map(
    sensors.map(({ id, gateway, channel }) => [id, several ? `${gateway} · ${channel}` : channel]),
  );
}
