import { floatText, refused, seriesText, stringText } from "./encode-line.ts";
import type { Reading } from "./readings-store.ts";

/** The one measurement all readings are kept in. */
export const measurement = "reading";

/** Tags: ids we gave out ourselves, so nothing in them ever needs escaping. */
const tagPattern = /^[A-Za-z0-9][A-Za-z0-9_.:-]{0,127}$/;
/** Texts in fields: short codes and ids; neither quotes nor backslashes nor line breaks, nor the `|` between them. */
const textPattern = /^[A-Za-z0-9_.:/ -]{0,128}$/;
/** Ids come again with every reading: so many of each kind are remembered as checked. */
const rememberedMax = 20_000;

const seriesOfTenant = new Map<string, Map<string, string>>();
let seriesRemembered = 0;
const plainTexts = new Set<string>();

/**
 * One line of InfluxDB line protocol for a reading, time in ms: `reading,point=…,tenant=… t=…i,…,origin="…" ts`, with `late=true`
 * where it came late. Whole numbers carry `i`; only finite numbers and allow-listed names are written.
 * @throws AppError BAD_REQUEST for anything else
 */
export function toLine(reading: Reading): string {
  const { tMilliC, rhPermille, door, power, lat, lon, err } = reading;
  let line = `${series(reading.tenant, reading.point)} `;
  if (tMilliC !== null) line += `t=${whole("t", tMilliC)}i,`;
  if (rhPermille !== null) line += `rh=${whole("rh", rhPermille)}i,`;
  if (door !== null) line += door ? "door=true," : "door=false,";
  if (power !== null) line += power ? "power=true," : "power=false,";
  if (lat !== null) line += `lat=${floatText("lat", lat)},`;
  if (lon !== null) line += `lon=${floatText("lon", lon)},`;
  if (err !== null) line += `err=${stringText(text("err", err))},`;
  line += `origin="${originText(reading)}"`;
  if (reading.late) line += ",late=true";
  return `${line} ${whole("ts", reading.ts)}`;
}

/** Where a reading came from and where its sensor lay. */
type Origin = Pick<Reading, "inboxId" | "receivedAt" | "signedBy" | "equipmentId">;

let lastOrigin: Origin & { readonly written: string } = {
  ...{ inboxId: Number.NaN, receivedAt: Number.NaN, signedBy: null, equipmentId: "", written: "" },
};

/**
 * `inbox id|received|key id|equipment` as one text: four fields would cost InfluxDB as much again as all of a reading does like this,
 * and some more of the disk (bench/README.md). The readings of one message follow one another and mostly share it.
 */
function originText({ inboxId, receivedAt, signedBy, equipmentId }: Reading): string {
  const isLast =
    inboxId === lastOrigin.inboxId &&
    receivedAt === lastOrigin.receivedAt &&
    signedBy === lastOrigin.signedBy &&
    equipmentId === lastOrigin.equipmentId;
  if (isLast) return lastOrigin.written;
  const came = `${whole("inbox", inboxId)}|${whole("received", receivedAt)}`;
  const written = `${came}|${text("kid", signedBy ?? "")}|${text("equipment", equipmentId)}`;
  lastOrigin = { inboxId, receivedAt, signedBy, equipmentId, written };
  return written;
}

const originPattern = /^(\d{1,15})\|(\d{1,15})\|([^|]*)\|([^|]*)$/;

/** What `toLine` wrote of it. A text that it never wrote names no message: whoever looks for that finds none, and says so. */
export function originOf(written: string): Origin {
  const [, inboxId = "0", receivedAt = "0", kid = "", equipmentId = ""] = originPattern.exec(written) ?? [];
  return {
    inboxId: Number(inboxId),
    receivedAt: Number(receivedAt),
    signedBy: kid === "" ? null : kid,
    equipmentId,
  };
}

function series(tenant: string, point: string): string {
  const known = seriesOfTenant.get(tenant)?.get(point);
  if (known !== undefined) return known;
  const written = seriesText(measurement, [
    ["point", tag("point", point)],
    ["tenant", tag("tenant", tenant)],
  ]);
  if (seriesRemembered === rememberedMax) {
    seriesOfTenant.clear();
    seriesRemembered = 0;
  }
  seriesRemembered += 1;
  const ofTenant = seriesOfTenant.get(tenant) ?? new Map<string, string>();
  seriesOfTenant.set(tenant, ofTenant.set(point, written));
  return written;
}

function tag(name: string, value: string): string {
  if (!tagPattern.test(value)) throw refused(name, value);
  return value;
}

function text(name: string, value: string): string {
  if (plainTexts.has(value)) return value;
  if (!textPattern.test(value)) throw refused(name, value);
  if (plainTexts.size === rememberedMax) plainTexts.clear();
  plainTexts.add(value);
  return value;
}

function whole(name: string, value: number): string {
  if (!Number.isSafeInteger(value)) throw refused(name, value);
  return String(value);
}
