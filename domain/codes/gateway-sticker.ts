/** What a gateway's sticker says: which gateway it is on, and that its reader has seen it. */
export interface Sticker {
  readonly serial: string;
  readonly code: string;
}

/** A gateway's serial: its lower-case form may be the gateway's id. */
export const serialPattern = /^[A-Za-z0-9][A-Za-z0-9-]{1,39}$/;

const stickerPattern = /^coldmark:gw:([A-Za-z0-9][A-Za-z0-9-]{1,39}):([A-Za-z0-9_-]{16,64})$/i;

/** Reads `coldmark:gw:{serial}:{claim code}` as a scanner or a hand gives it; null for any other text. */
export function readSticker(text: string): Sticker | null {
  const [, serial, code] = stickerPattern.exec(text.trim()) ?? [];
  return serial === undefined || code === undefined ? null : { serial, code };
}

/** The text of a sticker, for its serial and its code as they are printed beside it; what is no sticker stays none. */
export function stickerText({ serial, code }: Sticker): string {
  return `coldmark:gw:${serial}:${code}`;
}
