import { readSticker, type Sticker, stickerText } from "#domain/codes/gateway-sticker.ts";

/** What stands in the two fields of a sticker. */
export type Typed = Sticker;

/**
 * The whole sticker at the end of one of the fields, as a scanner at the counter types it, also behind what stood there
 * before; null when neither holds one.
 * Only for when typing ended: scanners type one character at a time, and the beginning of a code may be a code too.
 */
export function wholeSticker({ serial, code }: Typed): Sticker | null {
  return lastSticker(serial) ?? lastSticker(code);
}

function lastSticker(text: string): Sticker | null {
  return readSticker(text.slice(Math.max(0, text.toLowerCase().lastIndexOf("coldmark:gw:"))));
}

/** The sticker that the fields say, without the spaces that people type between groups; null when they say none. */
export function stickerOf(typed: Typed): Sticker | null {
  const { serial, code } = wholeSticker(typed) ?? typed;
  const bare = (text: string) => text.replaceAll(/\s/g, "");
  return readSticker(stickerText({ serial: bare(serial), code: bare(code) }));
}
