/** A signer with a key of its own, as Web3Signer or Clef is one: JSON-RPC over HTTP. It can be told to lie. */
import { createServer, type IncomingMessage } from "node:http";
import { type TransactionLike, Wallet } from "ethers";
import { listenHere } from "./listen-here.ts";

/** What a signer signs instead of what it is asked for, or what it answers with; null never answers. */
export type SignerLie = (
  asked: TransactionLike<string>,
) => TransactionLike<string> | Promise<string> | string | null;

/** A signer at work: `calls` are the methods it was asked for. */
export interface SignerServer {
  readonly url: string;
  readonly account: string;
  readonly calls: readonly string[];
  /** From now on it does this. */
  lie(lie: SignerLie): void;
  stop(): Promise<void>;
}

interface SignRequest {
  readonly method: string;
  readonly params: readonly [Readonly<Record<string, string>>];
}

const numbers = ["nonce", "chainId", "gasPrice", "maxFeePerGas", "maxPriorityFeePerGas", "value"];

/** Starts a signer that speaks as Web3Signer (`eth_signTransaction`, raw answer) or as Clef (`account_signTransaction`). */
export async function startSigner(
  key: string,
  dialect: "web3signer" | "clef" = "web3signer",
  port = 0,
): Promise<SignerServer> {
  const wallet = new Wallet(key);
  const calls: string[] = [];
  let lie: SignerLie = (asked) => asked;
  const known = dialect === "clef" ? "account_signTransaction" : "eth_signTransaction";
  const answerTo = async ({ method, params }: SignRequest) => {
    calls.push(method);
    if (method !== known) return { error: { code: -32601, message: "the method does not exist" } };
    const { from, ...asked } = transactionOf(params[0]);
    if (from?.toLowerCase() !== wallet.address.toLowerCase())
      return { error: { code: -32000, message: "no such account" } };
    const told = await lie(asked);
    if (told === null) return null;
    const raw = typeof told === "string" ? told : await wallet.signTransaction(told);
    return { result: dialect === "clef" ? { raw, tx: {} } : raw };
  };
  const server = createServer(async (request, response) => {
    const answer = await answerTo(JSON.parse(await textOf(request)) as SignRequest);
    if (answer === null) return;
    response.writeHead(200, { "content-type": "application/json" });
    response.end(JSON.stringify({ jsonrpc: "2.0", id: 1, ...answer }));
  });
  return {
    ...(await listenHere(server, port)),
    account: wallet.address,
    calls,
    lie(next) {
      lie = next;
    },
  };
}

function transactionOf(request: Readonly<Record<string, string>>): TransactionLike<string> {
  const { gas, from, to, data } = request;
  const given = numbers.flatMap((name) =>
    request[name] === undefined ? [] : [[name, BigInt(request[name])]],
  );
  const type = request.gasPrice === undefined ? 2 : 0;
  const whole = Object.fromEntries(given) as { nonce: bigint };
  const { nonce, ...rest } = whole;
  return { ...rest, nonce: Number(nonce), type, gasLimit: BigInt(gas ?? 0), from, to, data } as never;
}

async function textOf(request: IncomingMessage): Promise<string> {
  const pieces: Buffer[] = [];
  for await (const piece of request) pieces.push(piece as Buffer);
  return Buffer.concat(pieces).toString("utf8");
}
