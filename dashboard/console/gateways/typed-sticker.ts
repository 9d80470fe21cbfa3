import { readSticker, type Sticker, stickerText } from "#domain/codes/gateway-sticker.ts";

/** What stands in the two fields of a sticker. */
export type Typed = Sticker;

/** The fields after one was changed: a whole sticker in either, as a scanner at the counter types it, fills both. */
export function typedSticker(before: Typed, change: Partial<Typed>): Typed {
  const next = { ...before, ...change };
  return readSticker(change.serial ?? change.code ?? "") ?? next;
}

/** The sticker that the fields say, without the spaces that people type between groups; null when they say none. */
export function stickerOf({ serial, code }: Typed): Sticker | null {
  const bare = (text: string) => text.replaceAll(/\s/g, "");
  return readSticker(stickerText({ serial: bare(serial), code: bare(code) }));
}
