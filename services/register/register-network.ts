import { emptyRegister, loadRegister, type Register, registeredAmong } from "#store/register.ts";
import { findOperator } from "#store/register-conflicts.ts";
import { isOwnUser } from "../brokers/own-users.ts";
import type { Context } from "../context.ts";
import { type Credential, type Draft, type Enrolment, type Password, startDraft } from "./draft.ts";
import { changePasswords, enrol, findEnrolments, signOutChanged } from "./enrol-people.ts";
import type { Fault } from "./fault.ts";
import { findConflicts } from "./find-conflicts.ts";
import type { Network, OrganisationFile } from "./network.ts";
import { parseNetwork } from "./parse-network.ts";
import { planEquipment } from "./plan-equipment.ts";
import { planApiKeys, planOrganisation, planOrganisationKeys } from "./plan-organisation.ts";
import { planPeople } from "./plan-people.ts";
import { planLots, planProducts } from "./plan-products.ts";
import { planRosters } from "./plan-rosters.ts";
import { planGateways, planSites } from "./plan-sites.ts";
import { requireRegistrar } from "./require-registrar.ts";
import { saveDraft } from "./save-draft.ts";
import { findSigner, messageOf, offlineKeys } from "./signer.ts";

/** What a registration did, or in a dry run would do; with any fault nothing was written. */
export interface Registration {
  readonly created: string[];
  readonly changed: string[];
  readonly unchanged: number;
  readonly credentials: Credential[];
  readonly faults: Fault[];
}

interface Session {
  readonly ctx: Context;
  readonly network: Network;
  readonly message: Uint8Array;
  readonly passwords: Map<string, Password>;
  readonly people: ReadonlyMap<string, Enrolment>;
}

/**
 * Registers a network file (organisations, people, sites, equipment, sensors, calibrations, gateways, keys, products, lots),
 * one transaction for each organisation. What is in the register already and the same stays untouched, so a second run
 * changes nothing and shows no credentials; what the file leaves out stays too.
 * @param file the JSON value of the file
 * @throws AppError NOT_FOUND when the actor may not register it
 */
export async function registerNetwork(
  ctx: Context,
  file: unknown,
  options: { dryRun?: boolean } = {},
): Promise<Registration> {
  const { config } = ctx;
  const { network, faults } = parseNetwork(file, {
    production: config.environment === "production",
    isOwnUser: (name) => isOwnUser(config, name),
  });
  if (network === null) return summary([], faults);
  const operator = await ctx.store.as({ role: "worker" }, findOperator);
  faults.push(...requireRegistrar(ctx, network, operator));
  const people = await findEnrolments(ctx.store, network);
  const session = { ctx, network, message: messageOf(file as object), passwords: new Map(), people };
  const ids = network.organisations.map(({ id }) => id);
  const registered = await ctx.store.as({ role: "worker" }, (tx) => registeredAmong(tx, ids));
  const drafts: Draft[] = [];
  for (const [at, organisation] of network.organisations.entries()) {
    const { id: tenant } = organisation;
    const before = registered.has(tenant)
      ? await ctx.store.as({ role: "app", tenant }, (tx) => loadRegister(tx, tenant))
      : emptyRegister();
    drafts.push(await planAll(session, organisation, `organisations[${at}]`, before));
  }
  faults.push(...(await ctx.store.as({ role: "worker" }, (tx) => findConflicts(tx, network.organisations))));
  faults.push(...strangeSignatures(network, drafts), ...drafts.flatMap((draft) => draft.faults));
  if (faults.length > 0 || options.dryRun) return { ...summary(drafts, faults), credentials: [] };
  return saveAll(session, drafts);
}

async function planAll(
  session: Session,
  file: OrganisationFile,
  path: string,
  before: Register,
): Promise<Draft> {
  const { ctx, network, message, passwords, people } = session;
  const { config } = ctx;
  const { signer, faults } = findSigner(offlineKeys(before, file), network.signatures, message);
  const times = { graceMs: config.placementGraceMs, backdatingMs: config.offlineBackdatingMs };
  const terms = { now: ctx.clock(), signer, ...times };
  const draft = startDraft({ tenant: file.id, path, before, terms, passwords, people });
  draft.faults.push(...faults);
  planOrganisation(draft, file);
  planOrganisationKeys(draft, file);
  planApiKeys(draft, file);
  planPeople(draft, file);
  planProducts(draft, file);
  planLots(draft, file);
  planSites(draft, file);
  await planGateways(draft, file);
  planEquipment(draft, file, { standingMs: config.segmentMs, movingMs: config.segmentMovingMs });
  planRosters(draft);
  return draft;
}

async function saveAll(session: Session, planned: readonly Draft[]): Promise<Registration> {
  const saved: Draft[] = [];
  for (const [at, plan] of planned.entries()) {
    const { path } = plan;
    const file = session.network.organisations[at] as OrganisationFile;
    try {
      const isSame = plan.saves.length === 0 && plan.newPasswords.length === 0;
      const draft = isSame ? plan : await saveOne(session, file, plan);
      if (draft.faults.length > 0) return summary(saved, draft.faults);
      saved.push(draft);
    } catch (cause) {
      // What was committed before must be told, its credentials are shown only now.
      const about = { fault: rootWords(cause), organisation: file.id };
      session.ctx.log.error(about, "an organisation could not be registered");
      const message = "could not be written, nor those after it: see the log, then run it again";
      return summary(saved, [{ path, message }]);
    }
  }
  return summary(saved, []);
}

/** What lies at the bottom of a fault; a failed query's own words hold what it would have written, hashes too. */
function rootWords(fault: unknown): string {
  let root = fault;
  while (root instanceof Error && root.cause instanceof Error) root = root.cause;
  return root instanceof Error ? `${root.name}: ${root.message}` : typeof root;
}

// Planned again inside the transaction, on what is registered by then; passwords are hashed already.
async function saveOne(session: Session, file: OrganisationFile, plan: Draft): Promise<Draft> {
  const { ctx } = session;
  await enrol(ctx.store, plan);
  const saved = await ctx.store.as({ role: "app", tenant: file.id }, async (tx) => {
    const draft = await planAll(session, file, plan.path, await loadRegister(tx, file.id));
    if (draft.faults.length === 0) await saveDraft(tx, ctx, draft);
    return draft;
  });
  if (saved.faults.length > 0) return saved;
  await signOutChanged(ctx.store, saved);
  await changePasswords(ctx, saved);
  return saved;
}

function strangeSignatures(network: Network, drafts: readonly Draft[]): Fault[] {
  const known = new Set(
    drafts.flatMap(({ before }, at) => {
      const file = network.organisations[at];
      return file === undefined ? [] : offlineKeys(before, file).map(({ kid }) => kid);
    }),
  );
  return network.signatures.flatMap(({ kid }, at) => {
    const message = `is no enrolled offline key of an organisation in this file: ${kid}`;
    return known.has(kid) ? [] : [{ path: `signatures[${at}].kid`, message }];
  });
}

function passwordsChanged({ tenant, newPasswords }: Draft): string[] {
  return newPasswords.flatMap(({ id, isEntrance }) =>
    isEntrance ? [] : [`${tenant}: password of person ${id}`],
  );
}

function summary(drafts: readonly Draft[], faults: Fault[]): Registration {
  const named = (isNew: boolean) =>
    drafts.flatMap(({ tenant, saves }) =>
      saves.filter(({ old }) => (old === null) === isNew).map(({ subject }) => `${tenant}: ${subject}`),
    );
  return {
    created: named(true),
    changed: [...named(false), ...drafts.flatMap(passwordsChanged)],
    unchanged: drafts.reduce((sum, draft) => sum + draft.unchanged.length, 0),
    credentials: drafts.flatMap((draft) => draft.credentials),
    faults,
  };
}
