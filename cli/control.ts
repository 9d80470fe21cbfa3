/**
 * The socket in the data folder: a command that needs the embedded database asks the process that has it, because a
 * second process on the folder would destroy the data (design §3). One JSON line each way.
 */
import { rmSync } from "node:fs";
import { connect, createServer, type Socket } from "node:net";
import { join } from "node:path";
import { AppError, type ErrorCode } from "#domain/errors.ts";

/** What a running process does for other commands, by name. */
export type ControlVerbs = Readonly<Record<string, (input: unknown) => Promise<unknown>>>;

const lineBytesMax = 64 * 1024 * 1024;

/** Listens in the data folder; `close` removes the socket. */
export async function openControl(dataDir: string, verbs: ControlVerbs): Promise<{ close(): Promise<void> }> {
  const path = socketPath(dataDir);
  rmSync(path, { force: true });
  const server = createServer((socket) => {
    socket.on("error", () => socket.destroy());
    readLine(socket).then(
      async (line) => socket.end(`${JSON.stringify(await perform(verbs, line))}\n`),
      () => socket.destroy(),
    );
  });
  await new Promise<void>((done, fail) => server.once("error", fail).listen(path, done));
  return { close: () => new Promise((done) => server.close(() => done())) };
}

/** Asks the process that runs on the folder; null when none listens. */
export async function askRunning(
  dataDir: string,
  verb: string,
  input: unknown,
): Promise<{ result: unknown } | null> {
  const socket = await dial(socketPath(dataDir));
  if (socket === null) return null;
  socket.write(`${JSON.stringify({ verb, input })}\n`);
  const answer = JSON.parse(await readLine(socket)) as {
    result?: unknown;
    error?: { code: ErrorCode; message: string; facts: Record<string, unknown> };
  };
  if (answer.error !== undefined)
    throw new AppError(answer.error.code, answer.error.message, answer.error.facts);
  return { result: answer.result };
}

async function perform(verbs: ControlVerbs, line: string): Promise<object> {
  try {
    const { verb, input } = JSON.parse(line) as { verb: string; input: unknown };
    const act = Object.hasOwn(verbs, verb) ? verbs[verb] : undefined;
    if (act === undefined) throw new AppError("NOT_SUPPORTED", `the running process does not know ${verb}`);
    return { result: (await act(input)) ?? null };
  } catch (fault) {
    const known = fault instanceof AppError ? fault : new AppError("INTERNAL", (fault as Error).message);
    return { error: { code: known.code, message: known.message, facts: known.facts } };
  }
}

function socketPath(dataDir: string): string {
  return join(dataDir, "control.sock");
}

function dial(path: string): Promise<Socket | null> {
  return new Promise((done) => {
    const socket = connect(path);
    socket.once("connect", () => done(socket));
    socket.once("error", () => done(null));
  });
}

function readLine(socket: Socket): Promise<string> {
  return new Promise((done, fail) => {
    const pieces: Buffer[] = [];
    let size = 0;
    socket.on("data", (piece: Buffer) => {
      pieces.push(piece);
      size += piece.length;
      if (size > lineBytesMax) fail(new AppError("TOO_LARGE", "the request is too large"));
      if (piece.includes(0x0a)) done(Buffer.concat(pieces).toString("utf8").split("\n", 1)[0] ?? "");
    });
    socket.once("end", () => fail(new Error("the other side closed without an answer")));
    socket.once("error", fail);
  });
}
