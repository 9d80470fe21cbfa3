import { loadSources, mqttPasswordHash, sourceOf } from "#store/gateway-registry.ts";
import type { BrokerParts } from "./check-broker-login.ts";
import { isGatewayId } from "./gateway-id.ts";
import { isSessionUser } from "./session-user.ts";
import { isSourceFilter, mayHearBySource, maySendBySource } from "./source-access.ts";

/** What a client of the broker wants to do; `topic` is a filter where it subscribes. */
export interface BrokerAccess {
  readonly clientid: string;
  readonly username: string;
  readonly action: "publish" | "subscribe";
  readonly topic: string;
  readonly retain: boolean;
}

const sent = ["data", "hist", "status"];
const heard = ["receipt", "command"];
const droppedTopic = "$SYS/broker/publish/messages/dropped";
const rebirthShape = /^spBv1\.0\/[^/+#]+\/NCMD\/[^/+#]+$/;
const topicShape = /^coldmark\/v1\/([^/]+)\/([a-z]+)$/;

/**
 * Whether a client that the broker let in may do that (design §4): a gateway sends its own data, hist and status and
 * hears its own receipt and command, the collector the other way round for all; one with a registered source has that source's
 * topics besides. The Sparkplug host hears nodes, says whether it is there and asks for rebirths. Of ours only a status and the
 * host's STATE may be retained. No normalisation: a topic is right or it isn't.
 */
export async function checkBrokerAccess(parts: BrokerParts, access: BrokerAccess): Promise<boolean> {
  const isCollector = isSessionUser(parts.config.mqttUsername, access.username);
  if (!isCollector && access.username === parts.config.sparkplugUsername)
    return mayHost(access, parts.config.sparkplugHostId);
  // Mosquitto's counter of what it dropped: other brokers have none, and nothing comes of it.
  if (isCollector && access.action === "subscribe" && access.topic === droppedTopic) return true;
  const [, who = "", level = ""] = topicShape.exec(access.topic) ?? [];
  if (isCollector) return mayCollector(access, who, level) || hearsSource(parts, access);
  if (access.clientid !== access.username || !isGatewayId(access.username)) return false;
  if (access.topic.startsWith("coldmark/"))
    return mayGateway(access, who, level) && isRegistered(parts, access.username);
  return mayBySource(parts, access);
}

function mayCollector({ action, retain }: BrokerAccess, who: string, level: string): boolean {
  if (action === "publish") return !retain && isGatewayId(who) && heard.includes(level);
  // Receipts and commands too, because `coldmark gateway-check` watches as the collector, under a client id of its own.
  return (who === "+" || isGatewayId(who)) && [...sent, ...heard].includes(level);
}

function mayHost({ action, topic, retain }: BrokerAccess, hostId: string): boolean {
  if (action === "subscribe") return topic.startsWith("spBv1.0/");
  return topic === `spBv1.0/STATE/${hostId}` || (!retain && rebirthShape.test(topic));
}

function mayGateway({ username, action, retain }: BrokerAccess, who: string, level: string): boolean {
  if (who !== username) return false;
  if (action === "subscribe") return heard.includes(level);
  return sent.includes(level) && (!retain || level === "status");
}

/** A gateway may be revoked while it is connected; then its next messages are refused. */
function isRegistered({ store, gateways }: BrokerParts, gateway: string): Promise<boolean> {
  return gateways.isRight(gateway, "", async () => {
    const kept = await store.as({ role: "auth" }, (tx) => mqttPasswordHash(tx, gateway));
    return kept !== null;
  });
}

async function hearsSource({ store }: BrokerParts, { action, topic }: BrokerAccess): Promise<boolean> {
  if (action !== "subscribe") return false;
  const registered = await store.as({ role: "worker" }, loadSources);
  return isSourceFilter(
    registered.map(({ source }) => source),
    topic,
  );
}

/** Such a device may retain what it likes: it can't be told not to, and the collector asks for nothing that was retained. */
function mayBySource(parts: BrokerParts, { username, action, topic }: BrokerAccess): Promise<boolean> {
  return parts.gateways.isRight(`${username} ${action} ${topic}`, "", async () => {
    const source = await parts.store.as({ role: "auth" }, (tx) => sourceOf(tx, username));
    if (source === null) return false;
    return action === "publish"
      ? maySendBySource(source, topic)
      : mayHearBySource(source, topic, parts.config.sparkplugHostId);
  });
}
