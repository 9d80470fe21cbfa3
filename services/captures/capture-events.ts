import { randomBytes, randomUUID } from "node:crypto";
import type { CaptureFault } from "#domain/epcis/capture-fault.ts";
import { AppError } from "#domain/errors.ts";
import { equalBytes, toHex } from "#domain/log/bytes.ts";
import { insertCapture } from "#store/captures.ts";
import type { Tx } from "#store/connect.ts";
import { findEventHashes, insertEventCodes, insertEvents, type StoredEvent } from "#store/epcis-events.ts";
import { changePacks } from "#store/packs.ts";
import { queueEntries } from "#store/pending-entries.ts";
import { findOrganisation } from "#store/places.ts";
import { recordAudit } from "../audit.ts";
import type { Context } from "../context.ts";
import { requireScope } from "../require-scope.ts";
import { moveSensors } from "./move-sensors.ts";
import { codesOf, packChanges, projectEvent, type Telling } from "./project-event.ts";
import { readSignature } from "./read-signature.ts";
import { readStatements } from "./read-statements.ts";
import { resolvePlaces } from "./resolve-places.ts";
import type { Statement } from "./statement.ts";

/** How a capture fared: its job, and how many events it holds; with faults nothing was kept and there is no job. */
export interface CaptureResult {
  readonly captureId: string | null;
  readonly events: number;
  readonly faults: readonly CaptureFault[];
}

const saltBytes = 16;

/**
 * Takes in an EPCIS 2.0 document as an organisation's word (design §6): its events are kept, queued for the log as
 * projections and told to `pack_status`, all in one transaction. The same event again changes nothing. Events may be
 * late; from when a placement counts is for the verdict to say.
 * @param signature the header `Coldmark-Signature`, if one was sent
 * @throws AppError UNAUTHENTICATED (no scope `capture`, or a signature that doesn't hold), CONFLICT (an eventID is
 *   taken by other content), BAD_REQUEST (a sensor or its equipment isn't the organisation's)
 */
export async function captureEvents(
  ctx: Context,
  { document, signature }: { document: unknown; signature?: string | undefined },
): Promise<CaptureResult> {
  const tenant = requireScope(ctx.actor, "capture");
  const accepted = ctx.clock();
  const { statements, faults } = readStatements(document, accepted);
  if (faults.length > 0) return { captureId: null, events: 0, faults };
  const places = await resolvePlaces(ctx.store, tenant, statements);
  const captureId = randomUUID();
  await ctx.store.as({ role: "app", tenant }, async (tx) => {
    const organisation = await findOrganisation(tx, tenant);
    if (organisation === null) throw new AppError("UNAUTHENTICATED", "this organisation is not registered");
    const signer = await readSignature(tx, tenant, { document, signature });
    const telling: Telling = { tenant, organisation, signer, accepted, places };
    const added = await keepEvents(tx, statements, telling, captureId);
    await moveSensors(tx, ctx, added, telling);
    const job = { success: true, errors: [], createdAt: accepted, finishedAt: ctx.clock() };
    await insertCapture(tx, { tenantId: tenant, id: captureId, events: statements.length, ...job });
    await recordAudit(tx, ctx, {
      action: "events.capture",
      subject: `capture ${captureId}`,
      old: null,
      new: { events: statements.length, added: added.length, signedBy: signer.signedBy },
      reason: null,
    });
  });
  return { captureId, events: statements.length, faults: [] };
}

/** Keeps the events that are not there yet, with all that follows from them; gives those back. */
async function keepEvents(
  tx: Tx,
  statements: readonly Statement[],
  telling: Telling,
  captureId: string,
): Promise<Statement[]> {
  const distinct = [...new Map(statements.map((it) => [it.key, it])).values()];
  const rows = distinct
    .map((it) => eventRow(it, telling, captureId))
    .sort((a, b) => (a.eventId < b.eventId ? -1 : 1));
  const addedIds = await insertEvents(tx, rows);
  await refuseOtherContent(
    tx,
    telling.tenant,
    rows.filter(({ eventId }) => !addedIds.has(eventId)),
  );
  const added = distinct.filter(({ key }) => addedIds.has(key));
  const salts = new Map(rows.map(({ eventId, salt }) => [eventId, toHex(salt)]));
  const entries = added.flatMap((it) => projectEvent(it, telling, salts.get(it.key) ?? ""));
  await insertEventCodes(
    tx,
    added.flatMap((it) => codesOf(it, telling.tenant)),
  );
  await queueEntries(tx, entries, telling.accepted);
  await changePacks(tx, packChanges(added, telling));
  return added;
}

function eventRow(
  statement: Statement,
  { tenant, accepted, signer }: Telling,
  captureId: string,
): StoredEvent {
  return {
    tenantId: tenant,
    eventId: statement.key,
    document: statement.text,
    sha256: statement.sha256,
    salt: new Uint8Array(randomBytes(saltBytes)),
    eventTime: statement.at,
    acceptedAt: accepted,
    ...signer,
    captureId,
  };
}

async function refuseOtherContent(tx: Tx, tenant: string, rows: readonly StoredEvent[]): Promise<void> {
  const kept = await findEventHashes(
    tx,
    tenant,
    rows.map(({ eventId }) => eventId),
  );
  const taken = rows.filter(
    ({ eventId, sha256 }) => !equalBytes(kept.get(eventId) ?? new Uint8Array(), sha256),
  );
  if (taken.length === 0) return;
  const faults = taken.map(({ eventId }) => ({
    path: "/epcisBody/eventList",
    message: `the eventID ${eventId} is taken by an event of other content`,
  }));
  throw new AppError("CONFLICT", "an eventID stands for other content already", { faults });
}
