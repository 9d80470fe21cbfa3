import { readSticker, type Sticker, stickerText } from "#domain/codes/gateway-sticker.ts";

/** What stands in the two fields of a sticker. */
export type Typed = Sticker;

/**
 * The whole sticker that stands in one of the fields, as a scanner at the counter types it; null when neither holds one.
 * Only for when typing ended: scanners type one character at a time, and the beginning of a code may be a code too.
 */
export function wholeSticker({ serial, code }: Typed): Sticker | null {
  return readSticker(serial) ?? readSticker(code);
}

/** The sticker that the fields say, without the spaces that people type between groups; null when they say none. */
export function stickerOf(typed: Typed): Sticker | null {
  const { serial, code } = wholeSticker(typed) ?? typed;
  const bare = (text: string) => text.replaceAll(/\s/g, "");
  return readSticker(stickerText({ serial: bare(serial), code: bare(code) }));
}
