/** An equipment's bundle for an inspector (design §5): who may have it, what stands in it, handed out piece by piece. */
import { AppError } from "#domain/errors.ts";
import { equipmentSpanMaxMs } from "#domain/log/equipment-bundle.ts";
import { findEquipmentView } from "#store/equipment-view.ts";
import { findOrganisation } from "#store/places.ts";
import { reachOf } from "../console/reach.ts";
import type { Context } from "../context.ts";
import { requireScope } from "../require-scope.ts";
import { BundleTurns } from "./bundle-turns.ts";
import { draftEquipment } from "./draft-equipment.ts";
import { HeadsWalk } from "./heads-walk.ts";
import type { ProvenanceParts } from "./parts.ts";
import { streamPieces } from "./stream-pieces.ts";
import { writeEquipmentBundle } from "./write-equipment-bundle.ts";

/** The time that is asked for, epoch ms. */
export interface BundleSpan {
  readonly from: number;
  readonly to: number;
}

/** Who asks, and what they are answered from. */
type Asker = Pick<Context, "store" | "clock" | "actor">;

/** Hands out bundles of equipment. */
export interface EquipmentBundles {
  /**
   * Whether somebody may ask for such a bundle; makes nothing and takes no turn, so it doesn't know what is anchored.
   * @throws AppError as `bundle`, but for TOO_LARGE, TOO_MANY and what is not anchored yet
   */
  admit(ctx: Asker, label: string, span: BundleSpan): Promise<void>;
  /**
   * The bundle of [from, to) as JSON, in pieces; the turn ends once it was read to its end, cancelled or not read on.
   * @throws AppError UNAUTHENTICATED (neither the scope `console:read` nor `equipment:bundle`), NOT_FOUND (no such label in
   *   reach, or nothing anchored of it yet), BAD_REQUEST (no such time), TOO_LARGE (too many readings), TOO_MANY
   */
  bundle(ctx: Asker, label: string, span: BundleSpan): Promise<ReadableStream<Uint8Array>>;
}

/** Kinds of organisation whose machines see every equipment, as their people do. */
const overseers = new Set(["authority", "operator"]);

/** Who reads no further for so long has gone, or should ask again. */
const idleMaxMsByDefault = 30_000;

/** Equipment bundles from the log and a readings store; `idleMaxMs` is how long a reader may stall. */
export function openEquipmentBundles(
  parts: Pick<ProvenanceParts, "store" | "readings">,
  { idleMaxMs = idleMaxMsByDefault } = {},
): EquipmentBundles {
  const turns = new BundleTurns();
  return {
    admit: async (ctx, label, span) => void (await admit(ctx, label, span)),
    bundle: async (ctx, label, span) => {
      const place = await admit(ctx, label, span);
      const release = turns.take(ctx.actor);
      try {
        const walk = new HeadsWalk();
        const draft = await parts.store.as({ role: "worker" }, (tx) =>
          draftEquipment(tx, walk, { label, ...span }),
        );
        if (draft === null) throw new AppError("NOT_FOUND", "nothing of this equipment is anchored yet");
        return streamPieces(writeEquipmentBundle(parts, walk, draft, place), { idleMaxMs, onEnd: release });
      } catch (fault) {
        release();
        throw fault;
      }
    },
  };
}

async function admit(ctx: Asker, label: string, span: BundleSpan) {
  requireSpan(span, ctx.clock());
  return await findPlace(ctx, label);
}

function requireSpan({ from, to }: BundleSpan, now: number): void {
  if (from >= to || from < 0) throw new AppError("BAD_REQUEST", "from must be before to");
  if (to > now) throw new AppError("BAD_REQUEST", "to must not lie in the future");
  if (to - from > equipmentSpanMaxMs) throw new AppError("BAD_REQUEST", "a bundle covers at most 400 days");
}

/** The equipment, under row-level security and the query's own filter: what is not theirs looks like what isn't there. */
async function findPlace({ store, actor }: Pick<Context, "store" | "actor">, label: string) {
  const who = actor.kind === "apiKey" ? await reachOfKey({ store, actor }) : reachOf(actor);
  const equipment = await store.as(who, (tx) => findEquipmentView(tx, who.tenant, label));
  if (equipment === null) throw new AppError("NOT_FOUND", "there is no such equipment");
  return { tenant: equipment.tenantId, equipmentId: equipment.id };
}

async function reachOfKey({
  store,
  actor,
}: Pick<Context, "store" | "actor">): Promise<ReturnType<typeof reachOf>> {
  const tenant = requireScope(actor, "equipment:bundle");
  const organisation = await store.as({ role: "worker" }, (tx) => findOrganisation(tx, tenant));
  return overseers.has(organisation?.kind ?? "")
    ? { role: "operator", tenant: null }
    : { role: "app", tenant };
}
