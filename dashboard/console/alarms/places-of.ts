import type { Alarm } from "#api/console-shapes.ts";
import type { Say } from "../words.ts";

/** Where an alarm is, in words, the nearest first: an equipment and its site, a site alone, or the log itself. */
export function placesOf({ equipment, site, kind }: Alarm, say: Say): string[] {
  const names = [equipment, site].flatMap((place) => (place === null ? [] : [say.name(place.names)]));
  if (names.length > 0) return names;
  return [say.text(kind === "integrity" ? "alarm.atGateway" : "alarm.atLog")];
}
