import { Counter, Gauge, Histogram, type Metric } from "prom-client";
import type { SessionMeters } from "./collector-session.ts";
import type { KnockResult } from "./doorkeeper.ts";

/** What ingestion counts and times as it goes (reference/ingestion.md §6.9); `all` is for whoever is asked for metrics. */
export interface IngestMeters {
  readonly all: readonly Metric[];
  readonly sessions: SessionMeters;
  /** Messages of one commit: durable, or refused. */
  committed(lanes: Iterable<string>, result: "durable" | "refused"): void;
  /** Readings that the readings store has taken, and how long it took. */
  wrote(readings: number, tookMs: number): void;
  /** A write that was refused is tried again in halves. */
  halved(): void;
  /** A gateway, or whoever says to be one, tried a password at the broker inside. */
  knocked(result: KnockResult): void;
  /** Holes in gateways' sequence numbers that are gaps now. */
  foundGaps(count: number): void;
}

const knockResults: readonly KnockResult[] = ["right", "wrong", "over_limit", "gone", "failed"];
const secondsBuckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** Meters that belong to no registry yet. */
export function createIngestMeters(): IngestMeters {
  const registers: [] = [];
  const messages = new Counter({
    ...{ name: "ingest_messages_total", help: "messages by lane, and whether they became durable" },
    ...{ labelNames: ["lane", "result"], registers },
  });
  const lines = new Counter({
    ...{ name: "ingest_lines_total", help: "readings written to the readings store", registers },
  });
  const writes = new Histogram({
    ...{ name: "ingest_write_seconds", help: "time of one write to the readings store", registers },
    buckets: secondsBuckets,
  });
  const halvings = new Counter({
    ...{ name: "ingest_bisect_total", help: "refused writes that were tried again in halves", registers },
  });
  const gaps = new Counter({
    ...{ name: "gateway_gap_total", help: "gaps found in gateways' sequence numbers", registers },
  });
  const knocks = new Counter({
    ...{
      name: "mqtt_password_tries_total",
      help: "passwords tried at the broker inside: right, wrong, over_limit (too many wrong ones: not looked at), gone (hung up), failed (couldn't be checked)",
    },
    ...{ labelNames: ["result"], registers },
  });
  for (const result of knockResults) knocks.inc({ result }, 0);
  const qos0 = new Counter({
    ...{
      name: "ingest_qos0_messages_total",
      help: "messages whose sender wanted no acknowledgement",
      registers,
    },
  });
  const reconnects = new Counter({
    ...{ name: "mqtt_reconnects_total", help: "connections to the broker after the first", registers },
  });
  const lost = new Counter({
    ...{ name: "mqtt_session_lost_total", help: "times the broker had forgotten our session", registers },
  });
  const dropped = new Gauge({
    ...{ name: "broker_dropped_messages", help: "messages the broker says it dropped", registers },
  });
  return {
    all: [messages, qos0, lines, writes, halvings, gaps, knocks, reconnects, lost, dropped],
    sessions: {
      tookQos0: () => qos0.inc(),
      reconnected: () => reconnects.inc(),
      sessionLost: () => lost.inc(),
      brokerDropped: (count) => dropped.set(count),
    },
    committed: (lanes, result) => {
      const counts = new Map<string, number>();
      for (const lane of lanes) counts.set(lane, (counts.get(lane) ?? 0) + 1);
      for (const [lane, count] of counts) messages.inc({ lane, result }, count);
    },
    wrote: (readings, tookMs) => {
      lines.inc(readings);
      writes.observe(tookMs / 1_000);
    },
    halved: () => halvings.inc(),
    knocked: (result) => knocks.inc({ result }),
    foundGaps: (count) => gaps.inc(count),
  };
}
