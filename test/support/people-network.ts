/** People of four organisations behind the API, on whichever store a test opened. */
import { pino } from "pino";
import { Registry } from "prom-client";
import { createApp } from "#api/app.ts";
import { LiveFeed } from "#api/live-feed.ts";
import type { Api, ApiParts } from "#api/parts.ts";
import { loadConfig } from "#config";
import { openCharts } from "#services/console/open-charts.ts";
import { openPeople } from "#services/people/open-people.ts";
import { openProvenance } from "#services/provenance/answer-for.ts";
import { openEquipmentBundles } from "#services/provenance/equipment-bundle.ts";
import { type Registration, registerNetwork } from "#services/register/register-network.ts";
import type { Store } from "#store/connect.ts";
import { openPostgresReadings } from "#store/readings/postgres.ts";

const names = { zh: "示范", en: "Demo" };
const origin = "http://localhost";

/** The password that every person of the file has, unless a test gives another. */
export const password = "a password of a test";

/** A register file: an operator, two pharmacies and an authority with a person for each role. */
export function peopleFile() {
  const person = (email: string, role: string) => ({ email, name: `Demo ${role}`, role, password });
  return {
    coldmark: 1,
    operator: "op",
    organisations: [
      {
        ...{ id: "op", kind: "operator", names },
        people: [person("operator@demo.test", "operator"), person("op-auditor@demo.test", "auditor")],
      },
      {
        ...{ id: "shop", kind: "pharmacy", names },
        people: [person("manager@demo.test", "manager"), person("auditor@demo.test", "auditor")],
      },
      { ...{ id: "other", kind: "pharmacy", names }, people: [person("other@demo.test", "manager")] },
      { ...{ id: "state", kind: "authority", names }, people: [person("inspector@demo.test", "auditor")] },
    ],
  };
}

/** The API over people; `lines` is all it logged. */
export interface PeopleNetwork {
  readonly app: Api;
  readonly parts: ApiParts;
  readonly lines: string[];
  now: number;
  register(file: object, options?: { dryRun?: boolean }): Promise<Registration>;
  /** The API as reached at another address. */
  at(publicUrl: string): Api;
}

/** Registers the people and builds the API on the store. */
export async function startPeopleNetwork(store: Store): Promise<PeopleNetwork> {
  const lines: string[] = [];
  const log = pino({ level: "trace" }, { write: (line) => void lines.push(line) });
  const config = loadConfig({});
  const clock = () => network.now;
  const [trust, rpc] = [() => null, () => null];
  const secret = "the secret of a test, which nobody guesses";
  const partsAt = (publicUrl: string): ApiParts => ({
    ...{ store, clock, log, trust, rpc },
    config: { ...config, publicUrl },
    people: openPeople({ store, publicUrl, secret, clock, log }),
    provenance: openProvenance({ store, readings: openPostgresReadings(store), trust, rpc }),
    equipmentBundles: openEquipmentBundles({ store, readings: openPostgresReadings(store) }),
    charts: openCharts(openPostgresReadings(store)),
    live: new LiveFeed({ store, clock, log }),
    status: () => ({ ready: true, missing: [], parts: {} }),
    metrics: new Registry(),
  });
  const parts = partsAt(origin);
  const actor = { kind: "system" as const, id: "test", tenant: null, scopes: [] };
  const network: PeopleNetwork = {
    ...{ app: createApp(parts), parts, lines, now: Date.now() },
    register: (file, options) => registerNetwork({ store, config, clock, log, actor }, file, options),
    at: (publicUrl) => createApp(partsAt(publicUrl)),
  };
  const { faults } = await network.register(peopleFile());
  if (faults.length > 0) throw new Error(`the test's file has faults: ${JSON.stringify(faults)}`);
  return network;
}

/** Posts as a page of our own would; `from` is the address of the caller's machine. */
export function post(
  app: Api,
  path: string,
  body: object,
  { headers = {}, from = "192.0.2.1" }: { headers?: Record<string, string>; from?: string } = {},
): Promise<Response> {
  const init = {
    method: "POST",
    headers: { "Content-Type": "application/json", Origin: origin, ...headers },
    body: JSON.stringify(body),
  };
  return Promise.resolve(app.request(path, init, { incoming: { socket: { remoteAddress: from } } }));
}

/** Tries to sign in. */
export function trySignIn(app: Api, email: string, secret = password, from?: string): Promise<Response> {
  return post(app, "/auth/sign-in/email", { email, password: secret }, from === undefined ? {} : { from });
}

/** Signs in and gives the `Cookie` header of the session. */
export async function signInAs(app: Api, email: string, secret = password): Promise<string> {
  const response = await trySignIn(app, email, secret);
  if (response.status !== 200) throw new Error(`sign-in failed: ${await response.text()}`);
  return cookieOf(response);
}

/** The `Cookie` header that a browser would send after an answer. */
export function cookieOf(response: Response): string {
  return response.headers
    .getSetCookie()
    .map((cookie) => cookie.split(";")[0])
    .join("; ");
}
