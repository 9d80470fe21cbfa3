import { buffer } from "node:stream/consumers";
import type { Command } from "commander";
import { z } from "zod";
import { AppError } from "#domain/errors.ts";
import { type Source, sourceShape } from "#domain/formats/source.ts";
import { parseStrictJson } from "#domain/log/strict-json.ts";
import { type DryRun, dryRun, type ToldReading } from "#services/formats/dry-run.ts";
import { tellReading } from "#services/formats/tell-reading.ts";
import { configFromEnvironment } from "./parts.ts";
import { readNamedFile } from "./read-named-file.ts";
import { say } from "./say.ts";

interface MappingFlags {
  readonly topic: string;
  readonly message: string;
  readonly gateway?: string;
}

const fileLimits = { maxBytes: 64 * 1024 * 1024, maxDepth: 20 };
const toldMax = 200;
const text = z.string();
const list = <Shape extends z.ZodType>(shape: Shape) => z.array(shape).default([]);
/** Only what is needed of a network file, whatever else is in it. */
const networkOutline = z.object({
  organisations: list(
    z.object({
      sites: list(
        z.object({
          gateways: list(z.object({ id: text, source: z.unknown() })),
          equipment: list(z.object({ sensors: list(z.object({ id: text, gateway: text, channel: text })) })),
        }),
      ),
    }),
  ),
});

/** `coldmark mapping`: what a pasted message becomes by a source; exit 1 when any of it would be set aside. */
export function addMappingCommand(program: Command): void {
  program
    .command("mapping <file>")
    .description(
      "try a gateway's source (docs/formats.md) on a message: what each reading becomes, or why not",
    )
    .requiredOption("--topic <topic>", "the topic the message comes on")
    .option("--message <file>", "the message; - reads it from the terminal or a pipe", "-")
    .option("--gateway <id>", "which gateway's source, where the file is a network file")
    .action(async (file: string, flags: MappingFlags) => {
      const value = parseStrictJson((await readInput(file)).toString("utf8"), fileLimits);
      const { source, sensors } = sourceIn(value, flags.gateway);
      const result = run(source, flags.topic, await readInput(flags.message));
      report(result, sensors);
      const isUsed = ({ channel }: ToldReading) => channel !== null && (sensors?.has(channel) ?? true);
      process.exitCode = result.refused === null && result.readings.every(isUsed) ? 0 : 1;
    });
}

function readInput(file: string): Promise<Buffer> {
  return file === "-" ? buffer(process.stdin) : readNamedFile(file);
}

/** The source a file holds, alone or by its gateway, and which sensors a network file has on that gateway's channels. */
function sourceIn(value: unknown, gateway: string | undefined) {
  if (typeof value !== "object" || value === null || !("organisations" in value)) {
    return { source: parseSource(value), sensors: null };
  }
  const network = networkOutline.safeParse(value);
  if (!network.success) {
    throw new AppError(
      "BAD_REQUEST",
      "not a sound network file: `coldmark register --dry-run` tells its faults",
    );
  }
  const sites = network.data.organisations.flatMap((each) => each.sites);
  const found = sites.flatMap((site) => site.gateways).find(({ id }) => id === gateway);
  if (found === undefined) {
    throw new AppError("BAD_REQUEST", "--gateway must name a gateway of this network file");
  }
  const sensors = sites
    .flatMap((site) => site.equipment.flatMap((equipment) => equipment.sensors))
    .filter((sensor) => sensor.gateway === gateway)
    .map(({ channel, id }) => [channel, id] as const);
  return { source: parseSource(found.source), sensors: new Map(sensors) };
}

function parseSource(value: unknown): Source {
  const parsed = sourceShape.safeParse(value);
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.map(({ path, message }) => ({
    path: ["source", ...path.map(String)].join("."),
    message,
  }));
  throw new AppError("BAD_REQUEST", "the source has faults", { faults });
}

function run(source: Source, topic: string, payload: Uint8Array): DryRun {
  const { maxMessageBytes, maxInflatedBytes, maxReadingsPerMessage } = configFromEnvironment();
  return dryRun(
    source,
    { topic, payload, receivedAt: Date.now() },
    { maxBytes: maxMessageBytes, maxInflatedBytes, maxReadings: maxReadingsPerMessage, told: toldMax },
  );
}

function report({ topics, refused, count, readings }: DryRun, sensors: Sensors): void {
  if (refused !== null) {
    say(`the whole message would be set aside: ${refused.reason}: ${refused.detail}`);
    say(refused.reason === "WRONG_TOPIC" ? `this source's topics: ${topics.join(", ")}` : refused.cure);
    return;
  }
  for (const [at, reading] of readings.entries())
    say(`${at + 1}. ${tellReading(reading)}${sensorOf(reading, sensors)}`);
  if (count > readings.length) say(`and ${count - readings.length} more`);
}

/** The sensor by its channel; null where the file says nothing of sensors. */
type Sensors = ReadonlyMap<string, string> | null;

function sensorOf({ channel }: ToldReading, sensors: Sensors): string {
  if (sensors === null || channel === null) return "";
  const sensor = sensors.get(channel);
  return sensor === undefined
    ? "; UNKNOWN_SENSOR: no sensor of this file has this channel"
    : `; sensor ${sensor}`;
}
