import { patternsOf, type Source } from "#domain/formats/source.ts";
import { createPatternTree } from "#domain/formats/topic-pattern.ts";
import type { Fault } from "./fault.ts";

/** A gateway of a register file, perhaps with a source. */
interface Sender {
  readonly source?: Source | undefined;
  readonly path: string;
}

/**
 * Sources that could be sent the same topic as one before them in the file, or as one of `others`: a topic must say whose a
 * message is.
 */
export function findMeetings(gateways: readonly Sender[], others: readonly { source: Source }[]): Fault[] {
  const tree = createPatternTree<string>();
  for (const { source } of others) for (const pattern of patternsOf(source)) tree.add(pattern, "");
  return gateways.flatMap(({ source, path }) => {
    if (source === undefined) return [];
    const patterns = patternsOf(source);
    const meeting = patterns.map((pattern) => tree.meeting(pattern)).find((it) => it !== null);
    for (const pattern of patterns) tree.add(pattern, `${path}.source`);
    if (meeting === undefined) return [];
    const where = meeting.value === "" ? "a gateway that is registered already" : meeting.value;
    const message = `can be sent topics of ${where}: give it a topic or prefix of its own`;
    return [{ path: `${path}.source`, message }];
  });
}
