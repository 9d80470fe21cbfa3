import type { ToldReading } from "./dry-run.ts";

const units: Readonly<Record<string, string>> = { t: " °C", rh: " %", lat: "°", lon: "°" };

/** What a reading of a dry run becomes, in one line for a person. */
export function tellReading({ channel, at, placedBy, values, refused }: ToldReading): string {
  if (refused !== null) return `set aside: ${refused.reason}: ${refused.detail}`;
  const measured = Object.entries(values).map(([name, value]) => `${name} ${value}${units[name] ?? ""}`);
  const time = placedBy === "receipt" ? `${at} (time of receipt)` : at;
  return `${JSON.stringify(channel)} at ${time}: ${measured.join(", ")}`;
}
