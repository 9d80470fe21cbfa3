import type { Config } from "#config";
import { isSessionUser } from "./session-user.ts";

/** The collector's user where `MQTT_USERNAME` names none, as in docs/brokers. */
export const defaultCollector = "coldmark-collector";
/** The user of `coldmark gateway-check`, which watches devices. */
export const watcher = "coldmark-watch";

/** Whether the broker knows a user of this name as one of ours: no gateway may be called so. */
export function isOwnUser(
  {
    mqttUsername = defaultCollector,
    ...others
  }: Pick<Config, "mqttUsername" | "mqttControlUsername" | "sparkplugUsername">,
  name: string,
): boolean {
  const named = [watcher, others.mqttControlUsername, others.sparkplugUsername];
  return isSessionUser(mqttUsername, name) || named.includes(name);
}
