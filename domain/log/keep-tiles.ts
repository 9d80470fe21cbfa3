import type { ReadTiles, TilePlace } from "./tile.ts";

/** Upper tiles of a log of 10^7 entries, with their right edges at some sizes. */
const tilesMax = 256;

/**
 * A reader that keeps the tiles which most proofs share: those above the leaves. A tile of one width never changes, so
 * nothing kept grows stale; the one that wasn't asked for longest goes first.
 */
export function keepTiles(read: ReadTiles): ReadTiles {
  const kept = new Map<string, Promise<Uint8Array>>();
  const readOne = async (place: TilePlace) => (await read([place]))[0] as Uint8Array;
  const keep = (place: TilePlace): Promise<Uint8Array> => {
    const key = `${place.level}/${place.index}/${place.width}`;
    const known = kept.get(key) ?? readOne(place);
    kept.delete(key);
    kept.set(key, known);
    known.catch(() => kept.delete(key));
    for (const oldest of kept.keys()) {
      if (kept.size <= tilesMax) break;
      kept.delete(oldest);
    }
    return known;
  };
  return (places) => Promise.all(places.map((place) => (place.level === 0 ? readOne(place) : keep(place))));
}
