import { floatText, refused, seriesText, stringText } from "./encode-line.ts";
import type { Reading } from "./readings-store.ts";

/** The one measurement all readings are kept in. */
export const measurement = "reading";

/** Tags: ids we gave out ourselves, so nothing in them ever needs escaping. */
const tagPattern = /^[A-Za-z0-9][A-Za-z0-9_.:-]{0,127}$/;
/** Text fields: short codes and ids; neither quotes nor backslashes nor line breaks. */
const textPattern = /^[A-Za-z0-9_.:/ -]{0,128}$/;
/** Ids come again with every reading: so many of each kind are remembered as checked and written. */
const rememberedMax = 20_000;

const seriesOfTenant = new Map<string, Map<string, string>>();
let seriesRemembered = 0;
const quoted = new Map<string, string>();

/**
 * One line of InfluxDB line protocol for a reading, time in ms: `reading,point=…,tenant=… field=…,… ts`.
 * Whole numbers carry `i`; only finite numbers and allow-listed names are written.
 * @throws AppError BAD_REQUEST for anything else
 */
export function toLine(reading: Reading): string {
  const { tMilliC, rhPermille, door, power, lat, lon, err, signedBy } = reading;
  let line = `${series(reading.tenant, reading.point)} `;
  if (tMilliC !== null) line += `t=${whole("t", tMilliC)}i,`;
  if (rhPermille !== null) line += `rh=${whole("rh", rhPermille)}i,`;
  if (door !== null) line += door ? "door=true," : "door=false,";
  if (power !== null) line += power ? "power=true," : "power=false,";
  if (lat !== null) line += `lat=${floatText("lat", lat)},`;
  if (lon !== null) line += `lon=${floatText("lon", lon)},`;
  if (err !== null) line += `err=${text("err", err)},`;
  line += `equipment=${text("equipment", reading.equipmentId)}${arrival(reading.receivedAt, reading.inboxId)}`;
  line += reading.late ? ",late=true" : ",late=false";
  if (signedBy !== null) line += `,kid=${text("kid", signedBy)}`;
  return `${line} ${whole("ts", reading.ts)}`;
}

let lastArrival = { receivedAt: Number.NaN, inboxId: Number.NaN, written: "" };

/** The readings of one message follow one another and came together. */
function arrival(receivedAt: number, inboxId: number): string {
  if (receivedAt !== lastArrival.receivedAt || inboxId !== lastArrival.inboxId) {
    const written = `,received=${whole("received", receivedAt)}i,inbox=${whole("inbox", inboxId)}i`;
    lastArrival = { receivedAt, inboxId, written };
  }
  return lastArrival.written;
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
  const known = quoted.get(value);
  if (known !== undefined) return known;
  if (!textPattern.test(value)) throw refused(name, value);
  if (quoted.size === rememberedMax) quoted.clear();
  const written = stringText(value);
  quoted.set(value, written);
  return written;
}

function whole(name: string, value: number): string {
  if (!Number.isSafeInteger(value)) throw refused(name, value);
  return String(value);
}
