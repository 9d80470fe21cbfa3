import { createHash, timingSafeEqual } from "node:crypto";
import type { Config } from "#config";
import type { Store } from "#store/connect.ts";
import { mqttPasswordHash } from "#store/gateway-registry.ts";
import { verifyPassword } from "../register/password.ts";
import { isGatewayId } from "./gateway-id.ts";
import type { KnownAnswers } from "./known-answers.ts";
import { isSessionUser } from "./session-user.ts";

/** What a broker's rules are checked against. */
export interface BrokerParts {
  readonly store: Store;
  readonly config: Pick<
    Config,
    "mqttUsername" | "mqttPassword" | "sparkplugUsername" | "sparkplugPassword" | "sparkplugHostId"
  >;
  readonly logins: KnownAnswers;
  readonly gateways: KnownAnswers;
}

/** What a client of the broker said of itself. */
export interface BrokerLogin {
  readonly clientid: string;
  readonly username: string;
  readonly password: string;
}

/** Of nobody: who isn't known takes as long as who is. */
const nobodysHash = `scrypt$4096$8$1$${Buffer.alloc(16).toString("base64")}$${Buffer.alloc(32).toString("base64")}`;

/**
 * Whether the broker may let a client in: a gateway that isn't revoked, by its MQTT password and with its id as client id,
 * or the collector or the Sparkplug host by our settings. Every refusal of a gateway costs one scrypt, so that the time doesn't tell why.
 */
export async function checkBrokerLogin(parts: BrokerParts, login: BrokerLogin): Promise<boolean> {
  if (isSessionUser(parts.config.mqttUsername, login.username)) return isCollector(parts.config, login);
  if (login.username === parts.config.sparkplugUsername) return isHost(parts.config, login);
  const { clientid, username, password } = login;
  const isOwnId = clientid === username && isGatewayId(username);
  const right = await parts.logins.isRight(username, password, async () => {
    const kept = isOwnId
      ? await parts.store.as({ role: "auth" }, (tx) => mqttPasswordHash(tx, username))
      : null;
    if (kept !== null && (await verifyPassword(password, kept))) return true;
    if (kept?.startsWith("scrypt$") !== true) await verifyPassword(password, nobodysHash);
    return false;
  });
  return isOwnId && right;
}

/** All sessions share one password; client ids may differ from the user name by what follows it. */
function isCollector(config: BrokerParts["config"], { clientid, username, password }: BrokerLogin): boolean {
  const isOwnId = clientid === username || clientid.startsWith(`${username}-`);
  return isSame(password, config.mqttPassword?.reveal()) && isOwnId;
}

/** The host has one session, under the client id that is its own alone. */
function isHost(config: BrokerParts["config"], { clientid, password }: BrokerLogin): boolean {
  const isOwnId = clientid === `coldmark-sparkplug-${config.sparkplugHostId}`;
  return isSame(password, (config.sparkplugPassword ?? config.mqttPassword)?.reveal()) && isOwnId;
}

function isSame(password: string, kept: string | undefined): boolean {
  return kept !== undefined && timingSafeEqual(digest(password), digest(kept));
}

const digest = (text: string) => createHash("sha256").update(text).digest();
