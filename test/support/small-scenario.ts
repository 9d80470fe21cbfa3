/** The smallest main job: readings over MQTT, a signed capture over HTTP, and the wait for a final verdict. */
import { setTimeout as pause } from "node:timers/promises";
import { startGateway } from "#demo/gateway.ts";
import { captureSignature } from "#demo/partners.ts";
import { listSource } from "#demo/reading-source.ts";
import type { ReceiptKey } from "#demo/receipt.ts";
import type { Answer } from "#domain/provenance/answer.ts";
import type { SmallNetwork } from "./small-network.ts";

/** Where a scenario sends. */
export interface Doors {
  readonly mqttUrl: string;
  readonly httpUrl: string;
  readonly receiptKey: ReceiptKey;
}

const stepMs = 5_000;

/** °C of both channels every 5 s from … to, sent by a real gateway until everything is receipted. */
export async function publishReadings(
  network: SmallNetwork,
  doors: Doors,
  span: { from: number; to: number },
  celsius: (ts: number) => number | null = () => 5,
): Promise<void> {
  const readings = [];
  for (let ts = span.from; ts < span.to; ts += stepMs) {
    const t = celsius(ts);
    if (t !== null) readings.push({ s: "t1", ts, t }, { s: "t2", ts, t });
  }
  const { id, key, password } = network.gateway;
  const gateway = startGateway({
    id,
    key,
    password,
    mqttUrl: doors.mqttUrl,
    receiptKeys: [doors.receiptKey],
    source: listSource(readings),
    clock: Date.now,
    boot: Math.floor(Date.now() / 1000),
    readingsPerMessage: 60,
    lanes: "live",
    say: () => undefined,
  });
  await gateway.drained(span.to);
  await gateway.stop();
}

/** An ObjectEvent about one pack at the cold room. */
export function packEvent(
  epc: string,
  bizStep: string,
  at: number,
  place: string | null,
  more: object = {},
): object {
  return {
    type: "ObjectEvent",
    eventTime: new Date(at).toISOString(),
    eventTimeZoneOffset: "+08:00",
    epcList: [epc],
    action: bizStep === "commissioning" ? "ADD" : "OBSERVE",
    bizStep,
    ...(place === null ? {} : { readPoint: { id: place }, bizLocation: { id: place } }),
    ...more,
  };
}

/** Where packs are; the network's room and lot unless told otherwise. */
interface Whereabouts {
  readonly room?: string;
  readonly lot?: string;
}

/** The event by which a maker's packs came into being. */
export function made(
  network: SmallNetwork,
  codes: readonly string[],
  at: number,
  { room = network.room, lot = network.lot }: Whereabouts = {},
): object {
  const more = {
    disposition: "active",
    ilmd: { "cbvmda:lotNumber": lot, "cbvmda:itemExpirationDate": "2030-01-31" },
  };
  return { ...packEvent(codes[0] ?? "", "commissioning", at, room, more), epcList: codes };
}

/** The event by which a pack was handed out. */
export function sold(
  network: SmallNetwork,
  code: string,
  at: number,
  { room = network.room }: Whereabouts = {},
): object {
  return packEvent(code, "dispensing", at, room, { disposition: "dispensed" });
}

/** Posts a capture with the network's API key; signed by its offline scanner unless told otherwise. */
export async function capture(
  network: SmallNetwork,
  httpUrl: string,
  events: readonly object[],
  signed = true,
): Promise<Response> {
  const document = {
    "@context": ["https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"],
    type: "EPCISDocument",
    schemaVersion: "2.0",
    creationDate: new Date().toISOString(),
    epcisBody: { eventList: events },
  };
  return await fetch(new URL("/epcis/v2/capture", httpUrl), {
    method: "POST",
    headers: {
      authorization: `Bearer ${network.apiKey}`,
      "content-type": "application/json",
      connection: "close",
      ...(signed ? { "coldmark-signature": captureSignature(document, network.scanner) } : {}),
    },
    body: JSON.stringify(document),
  });
}

/** Asks for the answer about a pack until it satisfies; throws with the last answer when it never does. */
export async function answerWhen(
  httpUrl: string,
  epc: string,
  isEnough: (answer: Answer) => boolean,
  waitMs = 90_000,
): Promise<Answer> {
  const url = new URL(`/v1/provenance/${encodeURIComponent(epc)}`, httpUrl);
  const deadline = Date.now() + waitMs;
  let last = "";
  while (Date.now() < deadline) {
    const response = await fetch(url);
    last = await response.text();
    if (response.ok) {
      const answer = JSON.parse(last) as Answer;
      if (isEnough(answer)) return answer;
    }
    await pause(250);
  }
  throw new Error(`the answer never came to it: ${last.slice(0, 4_000)}`);
}
