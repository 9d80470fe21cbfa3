/** Commands of Mosquitto's dynamic security plugin (topic `$CONTROL/dynamic-security/v1`) that let gateways and the collector in. */

import { watcher } from "./own-users.ts";
import type { Credentials } from "./read-credentials.ts";
import { isSessionUser } from "./session-user.ts";

/** One command; the plugin answers each with its name and, if it failed, an error. */
export interface DynsecCommand {
  readonly command: string;
  readonly [field: string]: unknown;
}

/** What the plugin knows already. */
export interface DynsecState {
  readonly clients: ReadonlySet<string>;
  readonly roles: ReadonlySet<string>;
}

/** The users that are ours: the collector's sessions and the Sparkplug host by its id. */
export interface OwnUsers {
  readonly collector: string;
  readonly host: { readonly username: string; readonly id: string } | null;
}

type Access = "publishClientSend" | "subscribePattern";

/** The commands that make a broker know these users and no longer know those; the same again changes nothing. */
export function dynsecCommands(
  { clients, roles }: DynsecState,
  set: Credentials,
  removed: readonly string[],
  own: OwnUsers,
): DynsecCommand[] {
  const letIn = [...set]
    .filter(([user]) => !removed.includes(user))
    .flatMap(([username, password]) => {
      const rolename = roleOf(username);
      const acls = aclsOf(username, own);
      const isKnown = clients.has(username);
      return [
        { command: roles.has(rolename) ? "modifyRole" : "createRole", rolename, acls },
        isKnown
          ? { command: "setClientPassword", username, password }
          : { command: "createClient", username, password },
        { command: "modifyClient", username, roles: [{ rolename, priority: 0 }] },
      ];
    });
  const putOut = removed.flatMap((username) => [
    ...(clients.has(username) ? [{ command: "deleteClient", username }] : []),
    ...(roles.has(roleOf(username)) ? [{ command: "deleteRole", rolename: roleOf(username) }] : []),
  ]);
  return [closedByDefault, ...letIn, ...putOut];
}

/** Nothing may be sent or subscribed to unless a role says so; what a client subscribed to by right may reach it. */
const closedByDefault: DynsecCommand = {
  command: "setDefaultACLAccess",
  acls: [
    { acltype: "publishClientSend", allow: false },
    { acltype: "publishClientReceive", allow: true },
    { acltype: "subscribe", allow: false },
    { acltype: "unsubscribe", allow: true },
  ],
};

const roleOf = (user: string) => `coldmark-${user}`;
const allow = (acltype: Access, topics: readonly string[]) =>
  topics.map((topic) => ({ acltype, topic, priority: 0, allow: true }));

function aclsOf(user: string, { collector, host }: OwnUsers) {
  if (isSessionUser(collector, user)) return collectorAcls();
  if (user === host?.username) return hostAcls(host.id);
  return user === watcher ? allow("subscribePattern", ["coldmark/v1/#"]) : gatewayAcls(user);
}

/** What a Sparkplug host hears and says (docs/sparkplug.md). */
function hostAcls(id: string) {
  return [
    ...allow("publishClientSend", [`spBv1.0/STATE/${id}`, "spBv1.0/+/NCMD/+"]),
    ...allow("subscribePattern", ["spBv1.0/#"]),
  ];
}

/** A role for each gateway: 2.0 puts no user name into a role's topics. */
function gatewayAcls(id: string) {
  const own = (levels: readonly string[]) => levels.map((level) => `coldmark/v1/${id}/${level}`);
  return [
    ...allow("publishClientSend", own(["data", "hist", "status"])),
    ...allow("subscribePattern", own(["receipt", "command"])),
  ];
}

function collectorAcls() {
  const every = (levels: readonly string[]) => levels.map((level) => `coldmark/v1/+/${level}`);
  return [
    ...allow("publishClientSend", every(["receipt", "command"])),
    ...allow("subscribePattern", [
      ...every(["data", "hist", "status"]),
      "$SYS/broker/publish/messages/dropped",
    ]),
  ];
}
