import type { Source } from "#domain/formats/source.ts";
import type { Context } from "../context.ts";
import { requireView } from "../ingest-view/require-view.ts";
import { type DryRun, dryRun } from "./dry-run.ts";

/** Readings told of one message. */
const toldMax = 200;

/**
 * What a message would become by a source that isn't registered yet, as if it came now; keeps nothing.
 * @throws AppError UNAUTHENTICATED without the scope `admin` or `register`
 */
export function tryMapping(
  ctx: Context,
  source: Source,
  message: { readonly topic: string; readonly payload: Uint8Array },
): DryRun {
  requireView(ctx.actor);
  const { maxMessageBytes, maxInflatedBytes, maxReadingsPerMessage } = ctx.config;
  return dryRun(
    source,
    { ...message, receivedAt: ctx.clock() },
    { maxBytes: maxMessageBytes, maxInflatedBytes, maxReadings: maxReadingsPerMessage, told: toldMax },
  );
}
