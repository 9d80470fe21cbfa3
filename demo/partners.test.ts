import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { fromBase64 } from "#domain/log/bytes.ts";
import { verifySignature } from "#domain/log/signature.ts";
import { demoNetwork } from "./network.ts";
import { captureMessage, postCaptures, postRecalls } from "./partners.ts";

const demo = demoNetwork({ seed: 1, sites: 3, now: Date.UTC(2026, 2, 14) });
const { scanners } = demo.devices;
const capture = demo.captures[0];
if (!capture) throw new Error("the demo has no captures");

let server: Server | undefined;
afterEach(() => void server?.close());

interface Posted {
  readonly path: string | undefined;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
}

/** A server that answers with given statuses, one after the other, and keeps what it got. */
async function answering(...statuses: number[]): Promise<{ httpUrl: string; posted: Posted[] }> {
  const posted: Posted[] = [];
  server = createServer((request, response) => {
    const pieces: Buffer[] = [];
    request.on("data", (piece: Buffer) => pieces.push(piece));
    request.on("end", () => {
      posted.push({
        path: request.url,
        headers: request.headers,
        body: Buffer.concat(pieces).toString("utf8"),
      });
      response.writeHead(statuses[posted.length - 1] ?? 202).end("said the server");
    });
  });
  await new Promise<void>((done) => server?.listen(0, "127.0.0.1", done));
  return { httpUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, posted };
}

describe("a partner's system", () => {
  it("posts a capture with its key and a signature that holds", async () => {
    const { httpUrl, posted } = await answering();
    await postCaptures([capture], { httpUrl, scanners, signal: new AbortController().signal });
    const scanner = scanners.find(({ organisation }) => organisation === capture.organisation);
    const [sent] = posted;
    expect(sent?.path).toBe("/epcis/v2/capture");
    expect(sent?.headers.authorization).toBe(`Bearer ${scanner?.apiKey}`);
    const [, kid, sig] =
      /^kid=(.*);alg=Ed25519;sig=(.*)$/.exec(String(sent?.headers["coldmark-signature"])) ?? [];
    expect(kid).toBe(scanner?.key.kid);
    const message = captureMessage(JSON.parse(sent?.body ?? "null"));
    const publicKey = scanner?.key.publicKey ?? new Uint8Array();
    expect(verifySignature("Ed25519", publicKey, message, fromBase64(sig ?? ""))).toBe(true);
  });

  it("asks a busy server again and keeps the order", async () => {
    const { httpUrl, posted } = await answering(503, 429, 202, 202);
    const two = demo.captures.slice(0, 2);
    await postCaptures(two, { httpUrl, scanners, signal: new AbortController().signal });
    const wanted = [two[0], two[0], two[0], two[1]].map((each) => JSON.stringify(each?.document));
    expect(posted.map(({ body }) => body)).toEqual(wanted);
  });

  it("gives up at a refusal and says whose capture it was", async () => {
    const { httpUrl, posted } = await answering(400);
    const work = postCaptures(demo.captures, { httpUrl, scanners, signal: new AbortController().signal });
    await expect(work).rejects.toThrow(`${capture.organisation} was not taken: 400 said the server`);
    expect(posted).toHaveLength(1);
  });

  it("recalls a lot with the maker's key and its reason", async () => {
    const { httpUrl, posted } = await answering(503);
    await postRecalls(demo.recalls, { httpUrl, scanners, signal: new AbortController().signal });
    const [recall] = demo.recalls;
    expect(posted.map(({ path }) => path)).toEqual(
      Array(2).fill(`/v1/lots/${recall?.gtin}/${recall?.lot}/recall`),
    );
    expect(JSON.parse(posted[1]?.body ?? "null")).toEqual({ reason: recall?.reason });
    const maker = scanners.find(({ organisation }) => organisation === "demo-maker");
    expect(posted[1]?.headers.authorization).toBe(`Bearer ${maker?.apiKey}`);
  });
});
