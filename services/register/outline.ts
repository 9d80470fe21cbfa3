// What the checks between values look at: ids and references, whatever else of the file is wrong. So a file with a bad
// value still has all its duplicates and unknown references listed in the same run.
import { z } from "zod";
import { sourceShape } from "#domain/formats/source.ts";

const id = z.string().optional().catch(undefined);
const amount = z.number().optional().catch(undefined);
const listOf = <Item extends z.ZodType>(item: Item) => z.array(item).catch([]);
const some = <Shape extends z.core.$ZodLooseShape>(shape: Shape) => z.object(shape).catch({} as never);

const key = some({ kid: id });
const calibration = some({ certificate: id });
const sensor = some({ id, gateway: id, channel: id, point: id, calibrations: listOf(calibration) });
const limits = { lowerLimitC: amount, upperLimitC: amount };
const equipment = some({
  id,
  label: id,
  extension: id,
  giai: id,
  grai: id,
  ...limits,
  sensors: listOf(sensor),
});
const source = sourceShape.optional().catch(undefined);
const gateway = some({ id, kind: id, source, keys: listOf(key) });
const site = some({ id, label: id, gln: id, equipment: listOf(equipment), gateways: listOf(gateway) });
const organisation = some({
  id,
  kind: id,
  keys: listOf(key),
  apiKeys: listOf(some({ id })),
  people: listOf(some({ email: id, role: id })),
  sites: listOf(site),
  products: listOf(some({ gtin: id, ...limits })),
  lots: listOf(some({ gtin: id, lot: id })),
});

/** The outline of any JSON value as a register file; never fails. */
export const outlineShape = some({ operator: id, organisations: listOf(organisation) });

/** Ids and references of a register file, each perhaps missing. */
export type Outline = z.infer<typeof outlineShape>;
