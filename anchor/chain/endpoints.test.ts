import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { afterEach, describe, expect, it } from "vitest";
import { openChain } from "../chain.ts";

const account = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8";
const chainFive = '{"jsonrpc":"2.0","id":1,"result":"0x5"}';
const servers: Server[] = [];

afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

describe("a chain outside", () => {
  it("asks the next URL when one is silent, and then asks that one first", async () => {
    const asked: string[] = [];
    const rpcUrls = [await closedUrl(), await answering(200, chainFive, asked)];
    const chain = await openChain({ kind: "outside", rpcUrls });
    expect(chain.chainId).toBe(5);
    expect(await chain.rpc("eth_blockNumber", [])).toBe("0x5");
    expect(asked.map((body) => JSON.parse(body).method)).toEqual([
      "eth_chainId",
      "eth_chainId",
      "eth_blockNumber",
    ]);
  });

  it("asks the next URL where one refuses, but not where a contract does", async () => {
    const [refused, reverted] = [
      '"code":-32000,"message":"header not found"',
      '"code":3,"message":"no","data":"0x"',
    ];
    const asked: string[] = [];
    const good = await answering(200, chainFive, asked);
    const failing = (error: string) =>
      answering(403, (body) => (body.includes("eth_chainId") ? chainFive : `{"error":{${error}}}`));
    const open = async (error: string) =>
      openChain({ kind: "outside", rpcUrls: [await failing(error), good], chainId: 5 });
    expect(await (await open(refused)).rpc("eth_gasPrice", [])).toBe("0x5");
    asked.length = 0;
    const revert = (await open(reverted)).rpc("eth_gasPrice", []);
    await expect(revert).rejects.toMatchObject({ code: "CONFLICT", facts: { rpcCode: 3, data: "0x" } });
    expect(asked).toEqual([]);
  });

  it("says what was refused, where nobody answers", async () => {
    const refusing = await answering(200, (body) =>
      body.includes("eth_chainId") ? chainFive : '{"error":{"code":-32000,"message":"underpriced"}}',
    );
    for (const rpcUrls of [
      [refusing, await closedUrl()],
      [await closedUrl(), refusing],
    ]) {
      const chain = await openChain({ kind: "outside", rpcUrls, chainId: 5 });
      await expect(chain.rpc("eth_gasPrice", [])).rejects.toMatchObject({
        facts: { rpcMessage: "underpriced" },
      });
    }
  });

  it.each([0, 1])(
    "says what a pool said of a transaction, whichever endpoint refuses all (endpoint %i says it)",
    async (at) => {
      const saying = (words: string) =>
        answering(200, (body) =>
          body.includes("eth_chainId") ? chainFive : `{"error":{"code":-32000,"message":"${words}"}}`,
        );
      const send = async (words: string) => {
        const rpcUrls = [await saying(words), await saying("forbidden")];
        return (
          await openChain({ kind: "outside", rpcUrls: at === 0 ? rpcUrls : rpcUrls.reverse(), chainId: 5 })
        ).sendRaw("0x01");
      };
      expect(await send("already known")).toMatch(/^0x/);
      await expect(send("replacement transaction underpriced")).rejects.toMatchObject({
        facts: { rpcMessage: "replacement transaction underpriced" },
      });
      await expect(send("insufficient funds")).rejects.toMatchObject({ code: "CONFLICT" });
    },
  );

  it("is UNAVAILABLE, not fatal, while it is down; a known chain id lets it open", async () => {
    const rpcUrls = [await closedUrl()];
    await expect(openChain({ kind: "outside", rpcUrls })).rejects.toMatchObject({ code: "UNAVAILABLE" });
    const chain = await openChain({ kind: "outside", rpcUrls, chainId: 1 });
    expect(chain.chainClass).toBe("operator");
    await expect(chain.rpc("eth_blockNumber", [])).rejects.toMatchObject({ code: "UNAVAILABLE" });
  });

  it("C10: is refused when it is another chain", async () => {
    const rpcUrls = [await answering(200, chainFive)];
    const chain = await openChain({ kind: "outside", rpcUrls, chainId: 1 });
    await expect(chain.rpc("eth_blockNumber", [])).rejects.toMatchObject({ code: "BAD_SETTING" });
  });

  it.each([
    [200, "not JSON"],
    [200, "null"],
    [200, "{}"],
    [429, '{"error":{"code":-32005,"message":"limit exceeded"}}'],
    [503, ""],
  ])("C10: takes HTTP %i with body %j as no answer", async (status, body) => {
    const rpcUrls = [await answering(status, body)];
    await expect(openChain({ kind: "outside", rpcUrls })).rejects.toMatchObject({ code: "UNAVAILABLE" });
  });

  it.each([
    ["immediate", "0x5"],
    [3, "0x2"],
    [9, "0x0"],
  ] as const)("reads the final head, under finality %s, at block %s of 5", async (finality, block) => {
    const asked: string[] = [];
    const noContract = '{"jsonrpc":"2.0","id":1,"result":"0x"}';
    const answer = (body: string) => (body.includes("eth_call") ? noContract : chainFive);
    const rpcUrls = [await answering(200, answer, asked)];
    const chain = await openChain({ kind: "outside", rpcUrls, finality });
    expect(await chain.head(account, `0x${"11".repeat(32)}`, "finalized")).toBeNull();
    expect(JSON.parse(asked.at(-1) ?? "").params.at(-1)).toBe(block);
    expect(asked.join()).not.toContain("finalized");
  });

  it("says so when it names no finalized block", async () => {
    const none = '{"jsonrpc":"2.0","id":1,"result":null}';
    const rpcUrls = [await answering(200, (body) => (body.includes("eth_chainId") ? chainFive : none))];
    const chain = await openChain({ kind: "outside", rpcUrls });
    const asked = chain.head(account, `0x${"11".repeat(32)}`, "finalized");
    await expect(asked).rejects.toThrow("set CHAIN_FINALITY");
  });
});

async function answering(status: number, answer: string | ((body: string) => string), asked: string[] = []) {
  const server = createServer(async (request, response) => {
    const body = await text(request);
    asked.push(body);
    response.writeHead(status).end(typeof answer === "string" ? answer : answer(body));
  });
  servers.push(server);
  await once(server.listen(0, "127.0.0.1"), "listening");
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** A loopback URL where nobody listens any more. */
async function closedUrl(): Promise<string> {
  const url = await answering(200, "");
  const server = servers.pop();
  server?.close();
  if (server) await once(server, "close");
  return url;
}
