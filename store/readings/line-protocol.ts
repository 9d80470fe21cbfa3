import { AppError } from "#domain/errors.ts";
import { openAsciiWriter } from "./ascii-writer.ts";
import { floatText, refused, seriesText, stringText } from "./encode-line.ts";
import type { Reading, RefusedReading } from "./readings-store.ts";

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

/** A reading with the place of its line in the text of all lines; the line break after it is not part of it. */
export interface PlacedLine {
  readonly reading: Reading;
  readonly start: number;
  readonly end: number;
}

/** Lines as one text, each with a line break; readings that can't be lines are refused. */
export interface Lines {
  readonly text: string;
  readonly lines: readonly PlacedLine[];
  readonly refused: readonly RefusedReading[];
}

const writer = openAsciiWriter();

/**
 * Readings in InfluxDB line protocol, time in ms: `reading,point=…,tenant=… t=…i,…,origin="…" ts`, with `late=true`
 * where one came late. Whole numbers carry `i`; only finite numbers and allow-listed names are written, all else is refused.
 */
export function toLines(readings: readonly Reading[]): Lines {
  const lines: PlacedLine[] = [];
  const refused: RefusedReading[] = [];
  writer.cutTo(0);
  for (const reading of readings) {
    const start = writer.length();
    try {
      writeLine(reading);
      lines.push({ reading, start, end: writer.length() });
      writer.write("\n");
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      writer.cutTo(start);
      refused.push({ reading, detail: error.message });
    }
  }
  return { text: writer.text(), lines, refused };
}

function writeLine(reading: Reading): void {
  const { tMilliC, rhPermille, door, power, lat, lon, err } = reading;
  writer.write(series(reading.tenant, reading.point));
  if (tMilliC !== null) writeInteger("t=", "t", tMilliC);
  if (rhPermille !== null) writeInteger("rh=", "rh", rhPermille);
  if (door !== null) writer.write(door ? "door=true," : "door=false,");
  if (power !== null) writer.write(power ? "power=true," : "power=false,");
  if (lat !== null) writer.write(`lat=${floatText("lat", lat)},`);
  if (lon !== null) writer.write(`lon=${floatText("lon", lon)},`);
  if (err !== null) writer.write(`err=${stringText(text("err", err))},`);
  writer.write('origin="');
  writer.write(originText(reading));
  writer.write(reading.late ? '",late=true ' : '" ');
  writer.writeWhole(whole("ts", reading.ts));
}

function writeInteger(beginning: string, name: string, value: number): void {
  writer.write(beginning);
  writer.writeWhole(whole(name, value));
  writer.write("i,");
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

/** What a line has of it. A text that it never wrote names no message: whoever looks for that finds none, and says so. */
export function originOf(written: string): Origin {
  const [, inboxId = "0", receivedAt = "0", kid = "", equipmentId = ""] = originPattern.exec(written) ?? [];
  return {
    inboxId: Number(inboxId),
    receivedAt: Number(receivedAt),
    signedBy: kid === "" ? null : kid,
    equipmentId,
  };
}

/** Measurement and tags, with the space that ends them. */
function series(tenant: string, point: string): string {
  const known = seriesOfTenant.get(tenant)?.get(point);
  if (known !== undefined) return known;
  const written = `${seriesText(measurement, [
    ["point", tag("point", point)],
    ["tenant", tag("tenant", tenant)],
  ])} `;
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

function whole(name: string, value: number): number {
  if (!Number.isSafeInteger(value)) throw refused(name, value);
  return value;
}
