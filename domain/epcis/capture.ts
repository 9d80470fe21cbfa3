import { z } from "zod";
import { boundsFault, type CaptureFault, faultAt } from "./capture-fault.ts";
import { type EpcisEvent, eventSchemas } from "./event.ts";
import { eventRules } from "./event-rules.ts";
import { instantOf } from "./time.ts";

/** How much one capture may hold. */
export interface CaptureLimits {
  readonly eventsMax: number;
  readonly epcsMax: number;
  readonly depthMax: number;
}

/** What a capture holds: the events without fault in their order, and every fault with its path and cure. */
export interface Capture {
  readonly events: EpcisEvent[];
  readonly faults: CaptureFault[];
}

const limitsByDefault: CaptureLimits = { eventsMax: 1000, epcsMax: 1000, depthMax: 16 };
const notSupported = ["TransactionEvent", "TransformationEvent"];

const header = z.looseObject({
  "@context": z.union([z.string(), z.array(z.unknown()), z.looseObject({})], {
    error: "must be there: the JSON-LD context of EPCIS 2.0",
  }),
  type: z.enum(["EPCISDocument", "EPCISQueryDocument"], {
    error: "must be EPCISDocument or EPCISQueryDocument",
  }),
  schemaVersion: z
    .string()
    .regex(/^2(\.\d+)*$/, "must be 2.0")
    .optional(),
  creationDate: z
    .string()
    .refine((text) => instantOf(text) !== null, "must be a date and time with an offset")
    .optional(),
});

/**
 * Reads an EPCIS 2.0 JSON-LD document (or query document) of object, aggregation and association events. Never throws:
 * faults are values, all of them at once; a fault of one event leaves the others in `events` (for capture with
 * `proceed`), a fault of the document leaves none. Paths are JSON pointers. EPCIS 2.0 §8, §10; CBV 2.0.
 */
export function parseCapture(value: unknown, limits: Partial<CaptureLimits> = {}): Capture {
  const bounds = { ...limitsByDefault, ...limits };
  const tooDeep = boundsFault(value, bounds.depthMax);
  if (tooDeep) return { events: [], faults: [tooDeep] };
  const document = readHeader(value);
  const list = eventListOf(value);
  if (list === null) document.push({ path: "/epcisBody/eventList", message: "must be a list of events" });
  else if (list.events.length > bounds.eventsMax) {
    document.push({
      path: list.path,
      message: `holds ${list.events.length} events: send at most ${bounds.eventsMax} at a time`,
    });
  }
  if (list === null || document.length > 0) return { events: [], faults: document };
  const read = list.events.map((event, index) => readEvent(event, `${list.path}/${index}`, bounds.epcsMax));
  return {
    events: read.flatMap((result) => ("event" in result ? [result.event] : [])),
    faults: read.flatMap((result) => ("event" in result ? [] : result.faults)),
  };
}

function readHeader(value: unknown): CaptureFault[] {
  const result = header.safeParse(value);
  const faults = result.success ? [] : result.error.issues.map((issue) => faultAt("", issue));
  const fields = objectOf(value);
  if (fields.type === "EPCISDocument") {
    const missing = ["schemaVersion", "creationDate"].filter((name) => fields[name] === undefined);
    faults.push(...missing.map((name) => ({ path: `/${name}`, message: "must be there" })));
  }
  return faults;
}

function eventListOf(value: unknown): { path: string; events: unknown[] } | null {
  const body = objectOf(objectOf(value).epcisBody);
  const results = objectOf(objectOf(body.queryResults).resultsBody).eventList;
  const isQuery = objectOf(value).type === "EPCISQueryDocument";
  const events = isQuery ? results : body.eventList;
  if (!Array.isArray(events)) return null;
  return { path: isQuery ? "/epcisBody/queryResults/resultsBody/eventList" : "/epcisBody/eventList", events };
}

function readEvent(
  value: unknown,
  path: string,
  epcsMax: number,
): { event: EpcisEvent } | { faults: CaptureFault[] } {
  const type = String(objectOf(value).type);
  if (notSupported.includes(type)) {
    const message = `${type} is not supported yet: send ObjectEvent, AggregationEvent or AssociationEvent`;
    return { faults: [{ path: `${path}/type`, message }] };
  }
  const schema = Object.hasOwn(eventSchemas, type)
    ? eventSchemas[type as keyof typeof eventSchemas]
    : undefined;
  if (schema === undefined) {
    return {
      faults: [
        { path: `${path}/type`, message: "must be ObjectEvent, AggregationEvent or AssociationEvent" },
      ],
    };
  }
  const result = schema.safeParse(value);
  const broken = result.success ? [] : result.error.issues.map((issue) => faultAt(path, issue));
  const faults = [...broken, ...eventRules(objectOf(value), path, epcsMax)];
  return result.success && faults.length === 0 ? { event: result.data } : { faults };
}

function objectOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
}
