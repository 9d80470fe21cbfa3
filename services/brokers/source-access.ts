/** What a gateway that doesn't speak our message may do at an outside broker: the topics of its registered source, no others. */
import { patternsOf, type Source } from "#domain/formats/source.ts";
import { createPatternTree } from "#domain/formats/topic-pattern.ts";

/** Whether it may publish on this topic: the ingestion takes it for the gateway's by the same patterns. */
export function maySendBySource(source: Source, topic: string): boolean {
  if (/[+#]/.test(topic)) return false;
  const tree = createPatternTree<true>();
  for (const pattern of patternsOf(source)) tree.add(pattern, true);
  return tree.find(topic) !== null;
}

/** Whether it may hear this filter: of all sources only a Sparkplug node hears, its own commands and whether the host is there. */
export function mayHearBySource(source: Source, filter: string, hostId: string): boolean {
  if (source.kind !== "sparkplug") return false;
  const { group, edge } = source;
  const [commands, devices] = [`spBv1.0/${group}/NCMD/${edge}`, `spBv1.0/${group}/DCMD/${edge}`];
  if ([`spBv1.0/STATE/${hostId}`, commands, `${commands}/#`, `${devices}/#`].includes(filter)) return true;
  return filter.startsWith(`${devices}/`) && /^[^/#]+$/.test(filter.slice(devices.length + 1));
}

/** Whether the collector subscribes to this filter for the sake of a source; the Sparkplug host has a session of its own. */
export function isSourceFilter(sources: readonly Source[], filter: string): boolean {
  return sources.some((source) => source.kind !== "sparkplug" && patternsOf(source).includes(filter));
}
