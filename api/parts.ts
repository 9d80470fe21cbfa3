import type { HttpBindings } from "@hono/node-server";
import type { OpenAPIHono } from "@hono/zod-openapi";
import type { Context as HonoContext } from "hono";
import type { Registry } from "prom-client";
import type { DemoScan } from "#dashboard/scan/index-page.ts";
import type { TrustFile } from "#domain/log/bundle.ts";
import type { Rpc } from "#domain/log/chain-view.ts";
import type { Charts } from "#services/console/open-charts.ts";
import type { Actor, Context } from "#services/context.ts";
import type { People } from "#services/people/open-people.ts";
import type { Provenance } from "#services/provenance/answer-for.ts";
import type { EquipmentBundles } from "#services/provenance/equipment-bundle.ts";
import type { SignIn } from "./console-shapes.ts";
import type { LiveFeed } from "./live-feed.ts";

/** A person of a demo, with the password. */
export type DemoAccount = SignIn["demoAccounts"][number];

/** Whether requests can be served, and which parts are missing; `parts` says more of each in its own words. */
interface Readiness {
  readonly ready: boolean;
  readonly missing: readonly string[];
  readonly parts: Readonly<Record<string, unknown>>;
}

/** What the API is made from. `trust` and `rpc` give null while there is no chain. */
export interface ApiParts extends Pick<Context, "store" | "config" | "clock" | "log"> {
  readonly provenance: Provenance;
  readonly equipmentBundles: EquipmentBundles;
  readonly people: People;
  readonly charts: Charts;
  readonly live: LiveFeed;
  readonly status: () => Readiness | Promise<Readiness>;
  readonly metrics: Registry;
  readonly trust: () => TrustFile | null;
  readonly rpc: () => Rpc | null;
  /** The public keys (Ed25519) that receipts to gateways verify under. */
  readonly receiptKeys?: readonly { readonly kid: string; readonly publicKey: Uint8Array }[];
  readonly demoScans?: () => readonly DemoScan[];
  /** Whom anybody may sign in as, in a demo only. */
  readonly demoAccounts?: () => readonly DemoAccount[];
}

/** What a request carries through the middleware; `pack` is what of a code may stand in a log line. */
export interface ApiEnv {
  Bindings: Partial<HttpBindings>;
  Variables: {
    requestId: string;
    actor: Actor;
    pack?: { readonly gtin: string | null; readonly hmac: string };
    failure?: unknown;
  };
}

/** The API with all its routes. */
export type Api = OpenAPIHono<ApiEnv>;
/** One request on its way. */
export type ApiContext = HonoContext<ApiEnv>;

/** What a service verb is given for one request. */
export function contextOf({ store, config, clock, log }: ApiParts, c: ApiContext): Context {
  return { store, config, clock, log, actor: c.get("actor") };
}
