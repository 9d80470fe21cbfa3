/** Statements with the moment by which the chain proves that they were accepted: the operator's own clock is no proof. */
import { isWhole, type ProvedEntry, type ProvedStream } from "#domain/log/open-streams.ts";
import type { ProvedContents } from "#domain/log/verify.ts";
import { streamOf } from "../log/entry.ts";
import { type EventBody, eventOf } from "./bodies.ts";
import { provablyAccepted } from "./policy.ts";

/** The newest proven anchor, and the moment before which the bundle's seals prove nothing (epoch ms). */
export interface ProofTimes {
  readonly asOf: number;
  readonly storyFrom: number;
}

/** Seals travel from the code's first statement on; what was on chain before looks as if it had come then. */
export function proofTimesOf(contents: ProvedContents, asOf: number): ProofTimes {
  const code = contents.streams.get(streamOf(contents.subject))?.entries ?? [];
  const accepted = code.flatMap((entry) => entry.header?.to ?? []);
  return { asOf, storyFrom: accepted.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY) };
}

/** A body with `accepted` moved to its anchor where that came too late for the operator's word to count. */
export function timely<Body extends { readonly accepted: number }>(
  entry: ProvedEntry,
  body: Body,
  { asOf, storyFrom }: ProofTimes,
): Body {
  const provedAt = entry.sealedAt ?? asOf;
  const from = Number.isFinite(storyFrom) ? storyFrom : body.accepted;
  return { ...body, accepted: provablyAccepted(body.accepted, provedAt, from) };
}

/** The events of a stream in log order. */
export function eventsIn(stream: ProvedStream | undefined, times: ProofTimes): EventBody[] {
  return (stream?.entries ?? []).flatMap((entry) => {
    const event = eventOf(entry);
    return event === null ? [] : [timely(entry, event, times)];
  });
}

/** Whether something of a stream isn't shown, not opened or not to be read: it might have been any statement. */
export function isHiding(stream: ProvedStream): boolean {
  const isUnread = (entry: ProvedEntry) =>
    entry.header === null ||
    entry.body === undefined ||
    (entry.header.kind === "event" && eventOf(entry) === null);
  return !isWhole(stream) || stream.entries.some(isUnread);
}
