/** The four answers about a pack, told from proved contents alone: the same on the server, in the page, in the CLI. */
import { streamOf } from "#domain/log/entry.ts";
import { productSubject } from "#domain/log/subjects.ts";
import type { ProvedContents } from "#domain/log/verify.ts";
import type { Answer, Step } from "./answer.ts";
import type { EventBody } from "./bodies.ts";
import { custodyOf, type Stay } from "./custody.ts";
import { lateSealMs } from "./policy.ts";
import { saleOf } from "./story-end.ts";
import { productsOf, tellCold } from "./tell-cold.ts";
import { type LiveState, tellState, unseenReason } from "./tell-state.ts";
import { eventsIn, proofTimesOf } from "./timely-events.ts";

/** How the contents were proved, as `verifyBundle` said, and what the code was called by. */
export interface Told {
  readonly code: string;
  readonly view: "public" | "partner";
  readonly result: string;
  readonly asOf: number | null;
  readonly chainClass: "operator" | "consortium" | "public";
  readonly reasons: readonly string[];
  readonly live?: LiveState;
}

/** Tells the four answers; a pack whose contents are not proved gets UNKNOWN and NOT_DEMONSTRABLE. */
export function tellAnswer(contents: ProvedContents, told: Told): Answer {
  const asOf = told.asOf ?? newestStatement(contents);
  const times = proofTimesOf(contents, asOf);
  const events = eventsIn(contents.streams.get(streamOf(contents.subject)), times);
  const gtin = gtinOf(contents.subject, events);
  const productStream = gtin === null ? null : streamOf(productSubject(gtin));
  const product = productsOf(contents, productStream, times).at(-1) ?? null;
  const stays = staysOf(contents, events, asOf);
  const cold = tellCold(contents, stays, productStream, asOf);
  return {
    code: told.code,
    epc: contents.subject,
    view: told.view,
    asOf: told.asOf,
    product: {
      gtin,
      names: product?.names ?? null,
      maker: product?.maker ?? null,
      lot: events.find((event) => event.lot !== undefined)?.lot ?? null,
      expiry: events.find((event) => event.expiry !== undefined)?.expiry ?? null,
    },
    known: knownFrom(contents, events, product?.makerOrg ?? null, told.live?.seen ?? false),
    state: tellState(contents, events, asOf, told.live),
    cold,
    proof: { result: told.result, asOf: told.asOf, chainClass: told.chainClass, reasons: told.reasons },
    steps: events.map(stepOf),
  };
}

/** The GTIN in the code itself; a China code's is named by its commissioning. */
function gtinOf(epc: string, events: readonly EventBody[]): string | null {
  return (
    /\/01\/(\d{14})(?:\/|$)/.exec(epc)?.[1] ?? events.find((event) => event.gtin !== undefined)?.gtin ?? null
  );
}

function newestStatement(contents: ProvedContents): number {
  const times = [...contents.streams.values()].flatMap((stream) =>
    stream.entries.map((entry) => entry.header?.to ?? 0),
  );
  return times.reduce((a, b) => Math.max(a, b), 0);
}

/**
 * The story ends when the pack was dispensed, else at the last window that is sealed where it lies now; but windows that
 * stopped coming long before the newest anchor don't end it: what they would have said is missing.
 */
function staysOf(contents: ProvedContents, events: readonly EventBody[], asOf: number): Stay[] {
  const until = (end: number) => custodyOf(contents, streamOf(contents.subject), end, asOf);
  const sale = saleOf(events);
  if (sale === null) {
    const last = lastSealed(contents, until(asOf).at(-1));
    return until(last === null || asOf - last > lateSealMs ? asOf : last);
  }
  const stays = until(sale.at);
  return stays.map((stay, at) =>
    sale.isDoubtful && at === stays.length - 1 ? { ...stay, doubt: stay.doubt ?? "PLACE_BACKDATED" } : stay,
  );
}

function lastSealed(contents: ProvedContents, stay: Stay | undefined): number | null {
  const stream = stay?.place.stream ? contents.streams.get(stay.place.stream) : undefined;
  const ends = (stream?.entries ?? []).flatMap((entry) =>
    entry.header !== null && ["segment", "late"].includes(entry.header.kind) ? [entry.header.to] : [],
  );
  const last = ends.reduce((a, b) => Math.max(a, b), 0);
  return last > (stay?.from ?? 0) ? last : null;
}

/** Steps (CBV 2.0 §7.1) by which a pack moves between partners; one that only stock-takes saw has no past here. */
const shipmentSteps: ReadonlySet<string> = new Set([
  "accepting",
  "arriving",
  "departing",
  "loading",
  "receiving",
  "shipping",
  "transporting",
  "unloading",
]);

function knownFrom(
  contents: ProvedContents,
  events: readonly EventBody[],
  makerOrg: string | null,
  seen: boolean,
): Answer["known"] {
  if (events.length === 0) {
    return seen
      ? { state: "KNOWN_IN_NETWORK", reasons: [{ code: "SEEN_ON_SHIPMENT" }, { code: "NOT_SEALED_YET" }] }
      : { state: "UNKNOWN", reasons: [{ code: unseenReason(contents) }] };
  }
  const made = events.find((event) => event.step === "commissioning" && event.by.org === makerOrg);
  if (made === undefined) {
    const isShipped = events.some(({ step }) => step !== null && shipmentSteps.has(step));
    return {
      state: "KNOWN_IN_NETWORK",
      reasons: [{ code: isShipped ? "SEEN_ON_SHIPMENT" : "SEEN_IN_STOCK" }],
    };
  }
  return { state: "KNOWN_FROM_MAKER", reasons: [{ code: "COMMISSIONED_BY_MAKER", facts: { at: made.at } }] };
}

function stepOf(event: EventBody): Step {
  const { at, accepted, step, disposition, by } = event;
  return {
    at,
    accepted,
    step,
    disposition,
    by: by.role,
    org: by.org,
    signed: by.signedBy !== null,
    offline: by.offline,
  };
}
