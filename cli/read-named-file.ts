import { readFile } from "node:fs/promises";
import { AppError } from "#domain/errors.ts";

/** The bytes of a file that was named on the command line. @throws AppError BAD_REQUEST naming it where it can't be read */
export async function readNamedFile(file: string): Promise<Buffer> {
  return await readFile(file).catch((cause: Error) => {
    throw new AppError("BAD_REQUEST", `${file} can't be read: ${cause.message}`);
  });
}
