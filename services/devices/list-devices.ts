import { toBase64 } from "#domain/log/bytes.ts";
import { listDevices as listStored, type MakerDevice } from "#store/maker-devices.ts";
import type { Context } from "../context.ts";
import { requireScope } from "../require-scope.ts";

/** A page of the maker's gateways and the serial after which the next one begins. */
interface DevicePage {
  readonly devices: readonly ReturnType<typeof tell>[];
  readonly next: string | null;
}

/**
 * Gateways of the actor's making in order of serial: who claimed one is not its maker's business.
 * @throws AppError UNAUTHENTICATED (no scope `devices`)
 */
export async function listDevices(
  ctx: Context,
  { limit, cursor }: { limit: number; cursor?: string },
): Promise<DevicePage> {
  const tenant = requireScope(ctx.actor, "devices");
  const after = cursor === undefined ? {} : { after: cursor };
  const rows = await ctx.store.as({ role: "app", tenant }, (tx) =>
    listStored(tx, tenant, { limit: limit + 1, ...after }),
  );
  const shown = rows.slice(0, limit);
  return {
    devices: shown.map(tell),
    next: rows.length > limit ? (shown.at(-1)?.serial ?? null) : null,
  };
}

function tell({ serial, kid, alg, publicKey, uploadedAt, claimedAt, releasedAt }: MakerDevice) {
  const state =
    releasedAt !== null
      ? ("given-back" as const)
      : claimedAt !== null
        ? ("claimed" as const)
        : ("free" as const);
  return { serial, kid, alg, publicKey: toBase64(publicKey), state, uploadedAt };
}
