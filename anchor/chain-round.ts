import { AppError } from "#domain/errors.ts";
import type { TrustFile } from "#domain/log/bundle.ts";
import { newestJob } from "#store/anchor-jobs.ts";
import { type ChainState, readChainState } from "#store/chain-state.ts";
import { TileFolder } from "#store/tile-folder.ts";
import type { AnchoredLog } from "./anchored-log.ts";
import { type AnvilChain, type Chain, type OutsideChain, openChain } from "./chain.ts";
import { crashAt } from "./crash-at.ts";
import { ensureContract } from "./ensure-contract.ts";
import { embeddedAnchorKey, type SigningKey } from "./keys.ts";
import { LogFork } from "./log-fork.ts";
import { Mirror } from "./mirror.ts";
import { checkMirror, mirrorEntries } from "./mirror-entries.ts";
import { publishTiles } from "./publish-tiles.ts";
import { reconcile, type Standing } from "./reconcile.ts";
import { SayOnce } from "./say-once.ts";
import type { AnchorContext } from "./settings.ts";
import { accountOf } from "./transaction.ts";
import { trustFileOf, writeTrustFile } from "./write-trust-file.ts";

/** How the chain fares: `absent` = there is no part for it here, `fork` = anchoring stopped until a person decides. */
export type ChainStatus = "up" | "down" | "absent" | "fork";

/** The side of anchoring that needs the second place and the chain. */
export class ChainRound {
  readonly #context: AnchorContext;
  readonly #settings: OutsideChain | AnvilChain;
  readonly #logKey: SigningKey;
  readonly #steps: SayOnce;
  #mirror: Mirror | null = null;
  #chain: Chain | null = null;
  #log: AnchoredLog | null = null;
  #trust: TrustFile | null = null;
  #standing: Standing | null = null;
  #status: ChainStatus = "down";
  #detail: string | null = null;

  constructor(context: AnchorContext, settings: OutsideChain | AnvilChain, logKey: SigningKey) {
    this.#context = context;
    this.#settings = settings;
    this.#logKey = logKey;
    this.#steps = new SayOnce(context.log);
  }

  get chain(): Chain | null {
    return this.#chain;
  }

  get trust(): TrustFile | null {
    return this.#trust;
  }

  get standing(): Standing | null {
    return this.#standing;
  }

  get status(): { chain: ChainStatus; detail: string | null } {
    return { chain: this.#status, detail: this.#detail };
  }

  /** One round; true once the finalized head covers everything planned. Never throws: `status` says what is wrong. */
  async run(): Promise<boolean> {
    if (this.#status === "fork" || this.#status === "absent") return false;
    try {
      const mirrored = await this.#mirrorPlanned();
      this.#log ??= await this.#connect();
      this.#standing = await reconcile(this.#log, mirrored);
      this.#become("up", null);
      return this.#standing.isSettled;
    } catch (error) {
      this.#fail(error);
      return false;
    }
  }

  async stop(): Promise<void> {
    await this.#chain?.stop();
  }

  /** No extend before the entries are durable in a second place (design §5): gives how many are. */
  async #mirrorPlanned(): Promise<number> {
    const { store, config } = this.#context;
    if (this.#mirror === null) {
      const mirror = new Mirror(config.mirrorDir);
      await checkMirror(store, mirror);
      this.#mirror = mirror;
    }
    const job = await store.as({ role: "worker" }, newestJob);
    if (job !== null && job.newSize > this.#mirror.size) {
      await mirrorEntries(store, this.#mirror, job.newSize);
      crashAt("mirrored", config);
    }
    if (job !== null) await publishTiles(store, new TileFolder(config.mirrorDir), job.newSize);
    return this.#mirror.size;
  }

  async #connect(): Promise<AnchoredLog> {
    const { store } = this.#context;
    const known = await store.as({ role: "worker" }, readChainState);
    if (known !== null && this.#trust === null) this.#trust = this.#trustIn(known);
    this.#chain ??= await openChain(this.#settings);
    for (const note of this.#chain.notes) this.#context.log.warn({ note }, "the chain says");
    const key = this.#publisherKey(this.#chain);
    const account = accountOf(key);
    const state = await ensureContract(this.#context, this.#chain, account);
    this.#trust = this.#trustIn(state);
    writeTrustFile(this.#context.config.dataDir, this.#trust);
    return { ...this.#context, chain: this.#chain, ...pick(state), key, account };
  }

  #publisherKey(chain: Chain): string {
    if (chain.kind === "anvil") return embeddedAnchorKey(this.#context.config.dataDir);
    const key = this.#context.config.anchorKey;
    if (key === undefined) throw new AppError("BAD_SETTING", "CHAIN_RPC_URL needs ANCHOR_KEY");
    return key.reveal();
  }

  #trustIn(state: ChainState): TrustFile {
    const chainClass =
      this.#settings.kind === "anvil" ? "operator" : (this.#settings.chainClass ?? "operator");
    return trustFileOf(state, chainClass, this.#logKey.publicKey);
  }

  #fail(error: unknown): void {
    this.#log = null;
    const words = error instanceof Error ? error.message : String(error);
    if (error instanceof LogFork) {
      this.#context.log.error(
        { err: error },
        "FORK: anchoring stops until a person decides; ingestion goes on",
      );
      this.#become("fork", words);
    } else if (error instanceof AppError && error.code === "PART_MISSING") {
      this.#context.log.warn({ err: error }, "there is no chain here: nothing is anchored");
      this.#become("absent", words);
    } else {
      this.#steps.failed("anchor", error);
      this.#become("down", words);
    }
  }

  #become(status: ChainStatus, detail: string | null): void {
    if (status === "up" && this.#status !== "up") this.#context.log.info("the chain answers");
    this.#status = status;
    this.#detail = detail;
  }
}

function pick({ contract, logId }: ChainState): Pick<AnchoredLog, "contract" | "logId"> {
  return { contract, logId };
}
