import { AppError } from "#domain/errors.ts";
import type { TrustFile } from "#domain/log/bundle.ts";
import { newestJob } from "#store/anchor-jobs.ts";
import { type ChainState, readChainState } from "#store/chain-state.ts";
import { saveMirroredSize } from "#store/mirrored.ts";
import { TileFolder } from "#store/tile-folder.ts";
import type { AnchoredLog } from "./anchored-log.ts";
import { EndpointsDisagree } from "./chain/agreed-head.ts";
import { type AnvilChain, type Chain, type OutsideChain, openChain } from "./chain.ts";
import type { ChainStatus } from "./chain-status.ts";
import { crashAt } from "./crash-at.ts";
import { ensureContract } from "./ensure-contract.ts";
import { embeddedAnchorKey, type SigningKey } from "./keys.ts";
import { LogFork } from "./log-fork.ts";
import { Mirror } from "./mirror.ts";
import { checkMirror, mirrorEntries } from "./mirror-entries.ts";
import { OlderFiles } from "./older-files.ts";
import { publishTiles } from "./publish-tiles.ts";
import { publisherSigner } from "./publisher-signer.ts";
import { type Funds, readFunds } from "./read-funds.ts";
import { reconcile, type Standing } from "./reconcile.ts";
import { type RevokedLots, revokeLots } from "./revoke-lots.ts";
import { SayOnce } from "./say-once.ts";
import type { AnchorContext } from "./settings.ts";
import { keySigner, type Signer } from "./signer.ts";
import { tellTroubles } from "./tell-troubles.ts";
import { TooCostly } from "./too-costly.ts";
import { watchAnchors } from "./watch-anchors.ts";
import { trustFileOf, writeTrustFile } from "./write-trust-file.ts";

const watchEveryMs = 60_000;

/** The side of anchoring that needs the second place and the chain. */
export class ChainRound {
  readonly #context: AnchorContext;
  readonly #settings: OutsideChain | AnvilChain;
  readonly #logKey: SigningKey;
  readonly #steps: SayOnce;
  readonly #older: OlderFiles;
  #mirror: Mirror | null = null;
  #noted = 0;
  #chain: Chain | null = null;
  #log: AnchoredLog | null = null;
  #trust: TrustFile | null = null;
  #standing: Standing | null = null;
  readonly #revoked: RevokedLots = new Set();
  #status: ChainStatus = "down";
  #detail: string | null = null;
  #downSince: number | null = null;
  #funds: Funds | null = null;
  #watchedAt = Number.NEGATIVE_INFINITY;

  constructor(context: AnchorContext, settings: OutsideChain | AnvilChain, logKey: SigningKey) {
    this.#context = context;
    this.#settings = settings;
    this.#logKey = logKey;
    this.#steps = new SayOnce(context.log);
    this.#older = new OlderFiles(context);
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

  /** How many entries the second place holds. */
  get mirrored(): number {
    return this.#mirror?.size ?? 0;
  }

  /** Whether the files of the second place are what the records have, as far as they were looked at. */
  get copy(): Pick<OlderFiles, "trouble" | "isWhole"> {
    return this.#older;
  }

  get isOwnChain(): boolean {
    return this.#settings.kind === "anvil";
  }

  /** What our account has; null on the chain of our own, and before it was asked. */
  get funds(): Funds | null {
    return this.#funds;
  }

  get status(): { chain: ChainStatus; detail: string | null } {
    return { chain: this.#status, detail: this.#detail };
  }

  /** Since when no round came through (epoch ms); null unless the status is `down`. */
  get downSince(): number | null {
    return this.#downSince;
  }

  /** One round; true once the finalized head covers everything planned. Never throws: `status` and alarms say what is wrong. */
  async run(): Promise<boolean> {
    const isSettled = await this.#round();
    await this.#steps.attempt("alarms", () => tellTroubles(this.#context, this));
    return isSettled;
  }

  async #round(): Promise<boolean> {
    if (this.#status === "fork") return false;
    try {
      const mirrored = await this.#mirrorPlanned();
      if (this.#status === "absent") return false;
      this.#log ??= await this.#connect();
      this.#standing = await reconcile(this.#log, mirrored);
      await this.#watch(this.#log);
      const { isIdle, isSettled } = this.#standing;
      const recalls = isIdle ? await this.#revoke(this.#log) : { isWaiting: false, tooCostly: null };
      const tooCostly = this.#standing.tooCostly ?? recalls.tooCostly;
      this.#become(tooCostly === null ? "up" : "costly", tooCostly);
      return isSettled && !recalls.isWaiting;
    } catch (error) {
      this.#fail(error);
      return false;
    }
  }

  /** The sentinel looks in the first round after a start, and then each minute; what it can't read now it reads then. */
  async #watch(log: AnchoredLog): Promise<void> {
    const now = log.clock();
    if (Math.abs(now - this.#watchedAt) < watchEveryMs) return;
    this.#watchedAt = now;
    this.#revoked.clear();
    await this.#lookAtFunds(log);
    const lost = await watchAnchors(log).catch((error) => {
      if (error instanceof LogFork) throw error;
      this.#steps.failed("watch", error);
      return [];
    });
    if (lost.length > 0)
      log.log.warn({ sizes: lost }, "the chain no longer knows the transactions of these anchors");
  }

  /** Lots of which the contract can't be told now hold up nothing else. */
  async #revoke(log: AnchoredLog): Promise<{ isWaiting: boolean; tooCostly: string | null }> {
    try {
      const isWaiting = await revokeLots(log, { revoked: this.#revoked, steps: this.#steps });
      this.#steps.worked("revoke");
      return { isWaiting, tooCostly: null };
    } catch (error) {
      if (error instanceof TooCostly) return { isWaiting: true, tooCostly: error.message };
      this.#steps.failed("revoke", error);
      return { isWaiting: false, tooCostly: null };
    }
  }

  /** Money that runs out is told a week before. */
  async #lookAtFunds(log: AnchoredLog): Promise<void> {
    if (log.chain.kind === "anvil") return;
    const funds = await this.#steps.attempt("funds", () => readFunds(log));
    if (funds === null) return;
    if (funds.isLow && this.#funds?.isLow !== true)
      log.log.error({ account: log.signer.account, ...funds }, "the account's money lasts less than 7 days");
    if (!funds.isLow && this.#funds?.isLow === true)
      log.log.info({ ...funds }, "the account has money again");
    this.#funds = funds;
  }

  async stop(): Promise<void> {
    await this.#chain?.stop();
  }

  /** No extend before the entries are durable in a second place (design §5): gives how many are. */
  async #mirrorPlanned(): Promise<number> {
    const { store, config } = this.#context;
    const mirror = await this.#openMirror();
    const job = await store.as({ role: "worker" }, newestJob);
    if (job !== null && job.newSize > mirror.size) {
      await mirrorEntries(store, mirror, job.newSize);
      crashAt("mirrored", config);
    }
    await this.#older.lookOn(mirror);
    if (job !== null) await publishTiles(store, new TileFolder(config.mirrorDir), job.newSize);
    await this.#noteMirrored(mirror);
    return mirror.size;
  }

  /** Opened anew where somebody emptied, unmounted or changed it since the last round: the records fill it again. */
  async #openMirror(): Promise<Mirror> {
    const { store, config, log } = this.#context;
    if (this.#mirror?.isAsLeft()) return this.#mirror;
    const mirror = new Mirror(config.mirrorDir);
    await checkMirror(store, mirror);
    if (this.#mirror !== null)
      log.error(
        { had: this.#mirror.size, has: mirror.size },
        "the second place was changed by somebody else: it is filled again",
      );
    this.#mirror = mirror;
    return mirror;
  }

  /** From now on the API hands out checkpoints up to there. */
  async #noteMirrored(mirror: Mirror): Promise<void> {
    const { size } = mirror;
    if (this.#noted === size) return;
    await checkMirror(this.#context.store, mirror);
    await this.#context.store.as({ role: "worker" }, (tx) => saveMirroredSize(tx, size));
    this.#noted = size;
  }

  async #connect(): Promise<AnchoredLog> {
    const { store } = this.#context;
    const known = await store.as({ role: "worker" }, readChainState);
    if (known !== null && this.#trust === null) this.#trust = this.#trustIn(known);
    this.#chain ??= await openChain(this.#settings);
    for (const note of this.#chain.notes) this.#context.log.warn({ note }, "the chain says");
    const signer = this.#signerFor(this.#chain);
    const state = await ensureContract(this.#context, this.#chain, signer.account);
    this.#trust = this.#trustIn(state);
    writeTrustFile(this.#context.config.dataDir, this.#trust);
    return { ...this.#context, chain: this.#chain, ...pick(state), signer };
  }

  #signerFor(chain: Chain): Signer {
    const { config } = this.#context;
    return chain.kind === "anvil" ? keySigner(embeddedAnchorKey(config.dataDir)) : publisherSigner(config);
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
    } else if (error instanceof EndpointsDisagree) {
      this.#become("disagree", words);
    } else {
      this.#steps.failed("anchor", error);
      this.#become("down", words);
    }
  }

  #become(status: ChainStatus, detail: string | null): void {
    if (status !== this.#status) this.#tell(status, detail);
    this.#status = status;
    this.#detail = detail;
    this.#downSince = status === "down" ? (this.#downSince ?? this.#context.clock()) : null;
  }

  #tell(status: ChainStatus, detail: string | null): void {
    const { log } = this.#context;
    if (status === "up") log.info("the chain answers");
    if (status === "disagree")
      log.error({ detail }, "RPC endpoints disagree: anchoring pauses until they agree");
    if (status === "costly")
      log.error({ detail }, "anchors cost more than allowed: they wait until that changes");
  }
}

function pick({ contract, logId }: ChainState): Pick<AnchoredLog, "contract" | "logId"> {
  return { contract, logId };
}
