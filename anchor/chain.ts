import { HDNodeWallet, keccak256 } from "ethers";
import type { Rpc } from "#domain/log/chain-view.ts";
import { type AgreedHead, agreedHead } from "./chain/agreed-head.ts";
import { Anvil } from "./chain/anvil.ts";
import { Endpoints } from "./chain/endpoints.ts";
import type { BlockTag, Finality } from "./chain/finality.ts";
import { isAlreadyKnown } from "./chain/is-already-known.ts";
import type { Head } from "./contract.ts";

/** Who runs the chain's validators: what an outsider may conclude from an anchor depends on it (design §3, §5). */
export type ChainClass = "operator" | "consortium" | "public";

/** An EVM chain that somebody else runs; every URL must answer with the same chain id. */
export interface OutsideChain {
  readonly kind: "outside";
  /** Tried in turn, who knows the newest head first; where there are several, their heads are compared. */
  readonly rpcUrls: readonly string[];
  /** Without it, the first URL that answers at start decides. */
  readonly chainId?: number;
  /** Default "operator": nothing is claimed that wasn't set. */
  readonly chainClass?: ChainClass;
  /** Default "tag". */
  readonly finality?: Finality;
  /** How long an endpoint is waited for; default 10 s. */
  readonly timeoutMs?: number;
}

/** The embedded chain: anvil as a child process, its state in one file. */
export interface AnvilChain {
  readonly kind: "anvil";
  readonly statePath: string;
  /** Default: any free port of the loopback interface. */
  readonly port?: number;
  /** Default: the one of the npm package, which is linux-x64 only. */
  readonly binaryPath?: string;
}

/** A chain by its JSON-RPC methods; errors are UNAVAILABLE (no answer) and CONFLICT (refused, see `rpc`). */
export interface Chain {
  readonly kind: "outside" | "anvil";
  readonly chainClass: ChainClass;
  readonly chainId: number;
  /** The first endpoint; on anvil the loopback one, which stays the same when anvil is started again. */
  readonly rpcUrl: string;
  /** A private key that has money, on anvil; null outside. */
  readonly fundedKey: string | null;
  /** What an operator should know, such as a damaged state file; grows. */
  readonly notes: readonly string[];
  /**
   * One call, at most 10 s (or `timeoutMs`) for each endpoint that is tried; those that gave the newest head come first. A refusal's facts
   * are `{method, rpcCode, rpcMessage, data}`, `data` for `decodeRefusal`.
   */
  readonly rpc: Rpc;
  /** A log's head at a block; null where that block knows no such contract or log. @throws EndpointsDisagree */
  head(contract: string, logId: string, tag: BlockTag): Promise<Head | null>;
  /** The same with its block, and whether a second endpoint says so too. @throws EndpointsDisagree */
  agreedHead(contract: string, logId: string, tag: BlockTag): Promise<AgreedHead>;
  /** Sends a signed transaction and returns its hash; one that the node already has counts as sent. */
  sendRaw(raw: string): Promise<string>;
  /** On anvil mines the blocks that make what was sent final; nothing outside. */
  afterTransaction(): Promise<void>;
  /** Ends the child, once it has saved its state; nothing outside. */
  stop(): Promise<void>;
}

/** Every anvil gives the accounts of this phrase money. */
const anvilPhrase = "test test test test test test test test test test test junk";

/**
 * Opens the chain of these settings.
 * @throws AppError BAD_SETTING (another chain id), UNAVAILABLE (no endpoint answers and no chain id is set, or anvil doesn't
 * start), PART_MISSING (no anvil here), DATA_LOCKED (another process runs a chain on this state file).
 */
export async function openChain(settings: OutsideChain | AnvilChain): Promise<Chain> {
  return settings.kind === "anvil" ? openAnvil(settings) : openOutside(settings);
}

async function openOutside(settings: OutsideChain): Promise<Chain> {
  const endpoints = new Endpoints(settings.rpcUrls, settings.chainId, settings.timeoutMs);
  const chainId = settings.chainId ?? (await endpoints.learnChainId());
  const rpc: Rpc = (method, params) => endpoints.call(method, params);
  return {
    ...methodsOver(rpc, {
      endpoints: endpoints.each,
      finality: settings.finality ?? "tag",
      prefer: (agreed) => endpoints.prefer(agreed),
    }),
    kind: "outside",
    chainClass: settings.chainClass ?? "operator",
    chainId,
    rpcUrl: settings.rpcUrls[0] as string,
    fundedKey: null,
    notes: [],
    afterTransaction: async () => undefined,
    stop: async () => undefined,
  };
}

async function openAnvil(settings: AnvilChain): Promise<Chain> {
  const anvil = new Anvil(settings);
  await anvil.start();
  const call: Rpc = (method, params) => anvil.call(method, params);
  return {
    ...methodsOver(call, { endpoints: [call], finality: "tag" }),
    kind: "anvil",
    chainClass: "operator",
    chainId: Number(await call("eth_chainId", [])),
    rpcUrl: anvil.url,
    fundedKey: HDNodeWallet.fromPhrase(anvilPhrase).privateKey,
    notes: anvil.notes,
    afterTransaction: () => anvil.mine(),
    stop: () => anvil.stop(),
  };
}

/** Endpoints whose heads are compared; `prefer` hears which of them gave the newest one. */
interface Compared {
  readonly endpoints: readonly Rpc[];
  readonly finality: Finality;
  readonly prefer?: (agreed: readonly Rpc[]) => void;
}

function methodsOver(
  rpc: Rpc,
  { endpoints, finality, prefer }: Compared,
): Pick<Chain, "rpc" | "head" | "agreedHead" | "sendRaw"> {
  const headAt: Chain["agreedHead"] = async (contract, logId, tag) => {
    const agreed = await agreedHead(endpoints, { contract, logId }, { tag, finality });
    if (tag === "latest") prefer?.(agreed.by);
    return agreed;
  };
  return {
    rpc,
    agreedHead: headAt,
    head: async (contract, logId, tag) => (await headAt(contract, logId, tag)).head,
    async sendRaw(raw) {
      try {
        await rpc("eth_sendRawTransaction", [raw]);
      } catch (error) {
        if (!isAlreadyKnown(error)) throw error;
      }
      return keccak256(raw);
    },
  };
}
