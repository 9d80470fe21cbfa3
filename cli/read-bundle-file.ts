import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import { AppError } from "#domain/errors.ts";
import { readNamedFile } from "./read-named-file.ts";

/** A little more than the largest bundle that a verifier reads, which then says itself that one is too large. */
const unpackedMax = 384 * 1024 * 1024;

/** The text of a bundle's file, also of one that was saved gzipped. @throws AppError BAD_REQUEST naming it */
export async function readBundleFile(file: string): Promise<string> {
  const bytes = await readNamedFile(file);
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes.toString("utf8");
  const unpacked = await promisify(gunzip)(bytes, { maxOutputLength: unpackedMax }).catch((cause: Error) => {
    throw new AppError("BAD_REQUEST", `${file} can't be unpacked: ${cause.message}`);
  });
  return unpacked.toString("utf8");
}
