import { streamOf } from "#domain/log/entry.ts";
import type { Store } from "#store/connect.ts";
import { findPlaces, type RegisteredPlace } from "#store/places.ts";
import type { Statement } from "./statement.ts";

/** A registered place with the id of its stream in the log. */
export interface Place extends RegisteredPlace {
  readonly stream: string;
}

/**
 * The registered equipment and sites that statements speak of, by canonical EPC, whoever owns them. Where several
 * organisations registered one code, the own one counts; else nobody's does, so that nobody can claim another's place.
 */
export async function resolvePlaces(
  store: Store,
  tenant: string,
  statements: readonly Statement[],
): Promise<ReadonlyMap<string, Place>> {
  const named = statements.flatMap(({ placeEpc, codes }) => [placeEpc, ...codes.map(({ epc }) => epc)]);
  const epcs = [...new Set(named)].filter((epc) => epc !== null);
  const found = await store.as({ role: "worker" }, (tx) => findPlaces(tx, epcs));
  const byEpc = Map.groupBy(found, ({ epc }) => epc);
  return new Map(
    [...byEpc].flatMap(([epc, claims]) => {
      const own = claims.find((claim) => claim.tenant === tenant);
      const place = own ?? (claims.length === 1 ? claims[0] : undefined);
      return place === undefined ? [] : [[epc, { ...place, stream: streamOf(subjectOf(place)) }] as const];
    }),
  );
}

function subjectOf({ kind, label }: RegisteredPlace): string {
  return `urn:coldmark:${kind}:${label}`;
}
