/** A witness written from C2SP tlog-witness and tlog-cosignature: one log, its newest tree, and what it signs of it. */
import { createHash } from "node:crypto";
import { EventEmitter, once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { ed25519 } from "@noble/curves/ed25519.js";
import { openCheckpoint } from "#domain/log/checkpoint.ts";
import { verifyConsistency } from "#domain/log/merkle.ts";

/** How a witness misbehaves: it never answers, signs with another key or another tree, or says too much. */
export type WitnessFault = "hangs" | "wrong-key" | "wrong-tree" | "too-long";

interface Tree {
  readonly size: bigint;
  readonly root: Uint8Array;
}
interface Said {
  readonly status: number;
  readonly text?: string;
  readonly type?: string;
}

const name = "witness.example/w1";
const sha256 = (...parts: (string | Uint8Array)[]) =>
  parts.reduce((hash, part) => hash.update(part), createHash("sha256")).digest();

/** A witness at work. */
export class WitnessServer {
  readonly url: string;
  readonly vkey: string;
  /** Status of each answer, in order; a hanging one says 0. */
  readonly answers: number[] = [];
  fault: WitnessFault | null = null;
  /** The newest tree it cosigned; a test may set it back, as a witness restored from a backup would be. */
  tree: Tree | null = null;
  readonly #server;
  readonly #said = new EventEmitter();
  readonly #logKeys: readonly string[];
  readonly #secret = new Uint8Array(32).fill(77);

  private constructor(server: ReturnType<typeof createServer>, logKeys: readonly string[]) {
    this.#server = server;
    this.#logKeys = logKeys;
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/prefix/`;
    const typed = Buffer.concat([Buffer.of(0x04), ed25519.getPublicKey(this.#secret)]);
    this.vkey = `${name}+${this.#keyId().toString("hex")}+${typed.toString("base64")}`;
    server.on("request", (request, response) => this.#answer(request, response));
  }

  /** Starts a witness of the log with these verifier keys. */
  static async start(logKeys: readonly string[]): Promise<WitnessServer> {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    return new WitnessServer(server, logKeys);
  }

  /** Resolves at its next answer (or hanging request). */
  async nextAnswer(): Promise<number> {
    return (await once(this.#said, "said"))[0] as number;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, "close");
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const pieces: Buffer[] = [];
    for await (const piece of request) pieces.push(piece as Buffer);
    const isCall = request.method === "POST" && request.url === "/prefix/add-checkpoint";
    if (this.fault === "hangs") return this.#note(0);
    const said = isCall ? this.#addCheckpoint(Buffer.concat(pieces).toString("utf8")) : { status: 404 };
    response.writeHead(said.status, said.type === undefined ? {} : { "content-type": said.type });
    response.end(said.text ?? "");
    this.#note(said.status);
  }

  #note(status: number): void {
    this.answers.push(status);
    this.#said.emit("said", status);
  }

  #addCheckpoint(body: string): Said {
    const end = body.indexOf("\n\n");
    const [old = "", ...lines] = body.slice(0, end).split("\n");
    const note = body.slice(end + 2);
    const oldSize = /^old (0|[1-9]\d*)$/.exec(old)?.[1];
    const opened = openCheckpoint(note, this.#logKeys);
    if (end < 0 || oldSize === undefined || lines.length > 63) return { status: 400 };
    if ("error" in opened) return { status: 403 };
    if (BigInt(oldSize) > opened.size) return { status: 400 };
    const known = this.tree?.size ?? 0n;
    if (BigInt(oldSize) !== known) return { status: 409, text: `${known}\n`, type: "text/x.tlog.size" };
    if (!this.#extends(opened, lines)) return { status: known === opened.size ? 409 : 422 };
    this.tree = opened;
    return { status: 200, text: this.#cosign(note.slice(0, note.indexOf("\n\n") + 1)) };
  }

  #extends({ size, root }: Tree, lines: readonly string[]): boolean {
    if (this.tree === null) return lines.length === 0;
    if (this.tree.size === size) return Buffer.from(root).equals(this.tree.root) && lines.length === 0;
    const proof = lines.map((line) => new Uint8Array(Buffer.from(line, "base64")));
    return verifyConsistency({
      size1: this.tree.size,
      size2: size,
      root1: this.tree.root,
      root2: root,
      proof,
    });
  }

  #cosign(body: string): string {
    const timeS = Math.floor(Date.now() / 1000);
    const told = this.fault === "wrong-tree" ? body.replace(/\n\d+\n/, "\n999\n") : body;
    const secret = this.fault === "wrong-key" ? new Uint8Array(32).fill(78) : this.#secret;
    const time = Buffer.alloc(8);
    time.writeBigUInt64BE(BigInt(timeS));
    const signature = ed25519.sign(Buffer.from(`cosignature/v1\ntime ${timeS}\n${told}`), secret);
    const line = `— ${name} ${Buffer.concat([this.#keyId(), time, signature]).toString("base64")}\n`;
    return this.fault === "too-long" ? line + "x".repeat(100_000) : `— stranger.example AAAAAAAA\n${line}`;
  }

  #keyId(): Buffer {
    return sha256(`${name}\n`, Buffer.of(0x04), ed25519.getPublicKey(this.#secret)).subarray(0, 4);
  }
}
