import { PassThrough } from "node:stream";
import { expect, test } from "vitest";
import { guardPacketSize } from "./packet-guard.ts";

function guarded(maxBytes: number): PassThrough {
  const stream = new PassThrough();
  guardPacketSize(stream, maxBytes);
  return stream;
}

test("packets up to the limit pass, however they are cut", () => {
  const stream = guarded(200);
  const packet = Buffer.concat([Buffer.from([0x30, 0xc8, 0x01]), Buffer.alloc(200)]);
  const bytes = Buffer.concat([packet, Buffer.from([0xc0, 0x00]), packet]);
  const seen: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += 7) {
    stream.write(bytes.subarray(at, at + 7));
    seen.push(stream.read() as Buffer);
  }
  expect(Buffer.concat(seen).equals(bytes)).toBe(true);
  expect(stream.destroyed).toBe(false);
});

test("the header of a larger packet ends the connection before its body comes", () => {
  const stream = guarded(200);
  stream.write(Buffer.from([0xc0, 0x00, 0x30, 0xc9]));
  stream.read();
  expect(stream.destroyed).toBe(false);
  stream.write(Buffer.from([0x01]));
  expect(stream.read()).toBeNull();
  expect(stream.destroyed).toBe(true);
});

test("a length of five bytes ends the connection", () => {
  const stream = guarded(300_000_000);
  stream.write(Buffer.from([0x30, 0x80, 0x80, 0x80, 0x80, 0x01]));
  expect(stream.read()).toBeNull();
  expect(stream.destroyed).toBe(true);
});
