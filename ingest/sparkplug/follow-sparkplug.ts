import { FormatFault } from "#domain/formats/format-fault.ts";
import type { SparkplugSource } from "#domain/formats/source.ts";
import { type AliasMap, readSparkplugTopic, type SparkplugTopic } from "#services/formats/open-sparkplug.ts";
import { readSparkplug, type SparkplugPayload } from "#services/formats/sparkplug-payload.ts";
import type { Tx } from "#store/connect.ts";
import type { GatewayFacts } from "#store/gateway-registry.ts";
import type { InboxMessage } from "#store/inbox.ts";
import {
  type AliasQuestion,
  birthsBefore,
  readNodes,
  type SparkplugBirth,
  type SparkplugNode,
  saveBirths,
  saveNodes,
} from "#store/sparkplug.ts";
import { followNode, type NodeEvent, unheard } from "./follow-node.ts";

interface SparkplugMessage extends SparkplugTopic {
  readonly message: InboxMessage;
  readonly gateway: GatewayFacts;
  readonly payload: SparkplugPayload;
}

/**
 * Follows the sessions of Sparkplug nodes by messages of the inbox, in its order: keeps births, by which later aliases are
 * read, and how each node stands. To be called once for each message, in the transaction that moves the tracker's cursor.
 */
export async function followSparkplug(
  tx: Tx,
  messages: readonly InboxMessage[],
  gateways: ReadonlyMap<string, GatewayFacts>,
): Promise<void> {
  const own = messages.flatMap((message) => read(message, gateways.get(message.gateway)) ?? []);
  if (own.length === 0) return;
  await saveBirths(tx, own.filter(({ type }) => type.endsWith("BIRTH")).map(birthOf));
  const births = await aliasesFor(
    tx,
    own.map(({ message }) => message),
    gateways,
  );
  const known = await readNodes(tx, [...new Set(own.map(({ gateway }) => gateway.id))]);
  const nodes = new Map<string, SparkplugNode>(known.map((node) => [keyOf(node), node]));
  for (const each of own) {
    const at = { tenantId: each.gateway.tenant, gatewayId: each.gateway.id };
    const before = nodes.get(keyOf(at)) ?? unheard;
    const event = eventOf(each, births.get(each.message.id) ?? null);
    nodes.set(keyOf(at), { ...followNode(before, event), ...at });
  }
  await saveNodes(tx, [...nodes.values()]);
}

/** What the aliases of data messages mean, by inbox id: by the newest birth before each. */
export async function aliasesFor(
  tx: Tx,
  messages: readonly InboxMessage[],
  gateways: ReadonlyMap<string, GatewayFacts>,
): Promise<Map<number, AliasMap>> {
  const questions = messages.flatMap((message): AliasQuestion[] => {
    const gateway = gateways.get(message.gateway);
    if (gateway?.source?.kind !== "sparkplug") return [];
    const topic = topicOf(gateway.source, message.topic);
    if (topic === null || !topic.type.endsWith("DATA")) return [];
    const { tenant, id } = gateway;
    return [{ inboxId: message.id, tenant, gateway: id, device: topic.device ?? "" }];
  });
  const births = await birthsBefore(tx, questions);
  const mapOf = new Map<SparkplugBirth, AliasMap>();
  return new Map(
    [...births].map(([id, birth]) => {
      const aliases = mapOf.get(birth) ?? aliasesOf(birth);
      mapOf.set(birth, aliases);
      return [id, aliases];
    }),
  );
}

function aliasesOf({ metrics }: SparkplugBirth): AliasMap {
  return new Map(metrics.map(([alias, name, datatype]) => [alias, { name, datatype }]));
}

function read(message: InboxMessage, gateway: GatewayFacts | undefined): SparkplugMessage | null {
  if (gateway?.source?.kind !== "sparkplug" || message.lane !== "data") return null;
  if (gateway.revokedAt !== null && gateway.revokedAt <= message.receivedAt) return null;
  const topic = topicOf(gateway.source, message.topic);
  if (topic === null) return null;
  try {
    return { ...topic, message, gateway, payload: readSparkplug(message.payload) };
  } catch (error) {
    if (error instanceof FormatFault) return null;
    throw error;
  }
}

function topicOf(source: SparkplugSource, topic: string): SparkplugTopic | null {
  try {
    return readSparkplugTopic(source, topic);
  } catch (error) {
    if (error instanceof FormatFault) return null;
    throw error;
  }
}

function birthOf({ message, gateway, device, payload }: SparkplugMessage): SparkplugBirth {
  const metrics = payload.metrics.flatMap(({ alias, name, datatype }): SparkplugBirth["metrics"] =>
    alias === null || name === null
      ? []
      : [[alias, name.replaceAll("\0", "\uFFFD").toWellFormed(), datatype]],
  );
  const { tenant: tenantId, id: gatewayId } = gateway;
  return { tenantId, gatewayId, device: device ?? "", inboxId: message.id, metrics };
}

function eventOf({ type, device, message, payload }: SparkplugMessage, births: AliasMap | null): NodeEvent {
  const bdSeq = payload.metrics.find(({ name }) => name === "bdSeq")?.value?.value;
  const isData = type.endsWith("DATA");
  return {
    type,
    device,
    seq: payload.seq !== null && payload.seq <= 255 ? payload.seq : null,
    bdSeq: Number.isSafeInteger(Number(bdSeq)) ? Number(bdSeq) : null,
    receivedAt: message.receivedAt,
    timestamp: payload.timestamp,
    usesUnknownAlias:
      isData &&
      payload.metrics.some(
        ({ name, alias }) => name === null && (alias === null || births?.has(alias) !== true),
      ),
  };
}

function keyOf({ tenantId, gatewayId }: { tenantId: string; gatewayId: string }): string {
  return `${tenantId}/${gatewayId}`;
}
