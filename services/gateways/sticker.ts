import { createHash } from "node:crypto";

/** What a sticker says: which device it is on, and that its reader has seen it. */
export interface Sticker {
  readonly serial: string;
  readonly code: string;
}

/** A device's serial: its lower-case form may be a gateway's id. */
export const serialPattern = /^[A-Za-z0-9][A-Za-z0-9-]{1,39}$/;

const stickerPattern = /^coldmark:gw:([A-Za-z0-9][A-Za-z0-9-]{1,39}):([A-Za-z0-9_-]{16,64})$/i;

/** Reads `coldmark:gw:{serial}:{claim code}` as a scanner or a hand gives it; null for any other text. */
export function readSticker(text: string): Sticker | null {
  const [, serial, code] = stickerPattern.exec(text.trim()) ?? [];
  return serial === undefined || code === undefined ? null : { serial, code };
}

/** What is kept of a sticker's claim code: the SHA-256 of its characters. */
export function claimHash(code: string): Uint8Array {
  return new Uint8Array(createHash("sha256").update(code).digest());
}
