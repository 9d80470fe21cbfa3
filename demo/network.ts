/** The demo network: the register file that the server gets, and the devices that only the outside world has. */

import { sha256 } from "@noble/hashes/sha2.js";
import { concatBytes, toBase64, utf8 } from "#domain/log/bytes.ts";
import { canonicalize } from "#domain/log/canonical.ts";
import { unclaimedGateways } from "./device-maker.ts";
import type { DemoDevices } from "./devices.ts";
import type { NetworkFile } from "./network-file.ts";
import { planNetwork } from "./network-plan.ts";
import type { OrganisationPlan } from "./organisation-plan.ts";
import { type DemoAccount, demoAccounts } from "./people.ts";
import { type Draft, organisationRecord } from "./register-records.ts";
import { HISTORY_MS } from "./scenario.ts";
import { seedOf } from "./seed.ts";
import { type DemoCase, type DemoRecall, planShipments } from "./shipments.ts";
import { signAs } from "./sign.ts";
import { type DemoStock, planStock } from "./stock.ts";
import type { DemoCapture } from "./world.ts";

/** What a demo network is made from: `seed` any whole number, `sites` is the number of pharmacies (at least 3), `now` epoch ms. */
export interface DemoSettings {
  readonly seed: number;
  readonly sites: number;
  readonly now: number;
}

/** A whole demo network; the same settings give the same one, keys and secrets included. */
export interface DemoNetwork {
  readonly seed: number;
  readonly now: number;
  readonly since: number;
  readonly network: NetworkFile;
  readonly devices: DemoDevices;
  /** Who may sign in. */
  readonly accounts: readonly DemoAccount[];
  /** What is stated of the packs worth scanning, in the order of time. */
  readonly captures: readonly DemoCapture[];
  readonly recalls: readonly DemoRecall[];
  readonly cases: readonly DemoCase[];
  /** The ordinary packs: what is stated of them at the start, and what becomes of them live. */
  readonly stock: DemoStock;
}

/** The network of a seed at a time: register file, devices, accounts, partners' captures and the packs to scan. */
export function demoNetwork({ seed, sites, now }: DemoSettings): DemoNetwork {
  const drawn = seedOf(String(seed));
  const accounts = demoAccounts(drawn);
  const since = now - HISTORY_MS;
  const draft: Draft = { seed: drawn, now, since, accounts, gateways: new Map(), scanners: [] };
  const plans = planNetwork(sites);
  const organisations = plans.map((plan, at) => organisationRecord(draft, plan, at));
  const file = { coldmark: 1 as const, operator: "demo-operator", organisations };
  const world = { seed: drawn, now, organisations };
  return {
    seed,
    now,
    since,
    network: { ...file, signatures: signaturesOf(file, plans, draft) },
    devices: {
      gateways: [...draft.gateways.values()],
      scanners: draft.scanners,
      unclaimed: unclaimedGateways(drawn),
    },
    accounts,
    ...planShipments(world, sites),
    stock: planStock(world),
  };
}

/** The bytes that an offline key signs for a register file: "coldmark/register/1" ‖ 0x00 ‖ SHA-256(JCS(file)). */
export function registerMessage(file: Omit<NetworkFile, "signatures">): Uint8Array {
  return concatBytes(utf8("coldmark/register/1"), Uint8Array.of(0), sha256(utf8(canonicalize(file))));
}

/** Whoever states where probes lay in the past, or what a label said, signs the file: all who have a site. */
function signaturesOf(
  file: Omit<NetworkFile, "signatures">,
  plans: readonly OrganisationPlan[],
  { scanners }: Draft,
): NetworkFile["signatures"] {
  const message = registerMessage(file);
  const signing = new Set(plans.filter(({ sites }) => sites.length > 0).map(({ id }) => id));
  return scanners
    .filter(({ organisation }) => signing.has(organisation))
    .map(({ key }) => ({ kid: key.kid, sig: toBase64(signAs(key, message)) }));
}
