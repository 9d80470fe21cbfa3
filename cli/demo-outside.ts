/** The demo's outside world in a thread of its own: gateways and partners share nothing with the service but its doors. */
import { Worker } from "node:worker_threads";
import type { DemoNetwork, DemoSettings } from "#demo/network.ts";
import type { ReceiptKey } from "#demo/receipt.ts";

/** Where the service's doors are, and what its receipts verify under. */
export interface Doors {
  readonly mqttUrl: string;
  readonly httpUrl: string;
  readonly receiptKeys: readonly ReceiptKey[];
}

/** What the thread is asked to do, one after the other. */
export type OutsideOrder =
  | { readonly order: "states-cases"; readonly doors: Doors }
  | { readonly order: "joins" }
  | { readonly order: "ends" };

/** What the service's side needs of the network: what to register, whom to let in, what to show. */
export interface DrawnNetwork extends Pick<DemoNetwork, "network" | "accounts" | "cases"> {
  readonly apiKey: string | null;
  /** What is printed on gateways that nobody claimed. */
  readonly stickers: readonly string[];
}

/** What the thread answers: the network once it is drawn, a line for the terminal, or that an order is carried out or failed. */
export type OutsideWord =
  | { readonly drawn: DrawnNetwork }
  | { readonly said: string }
  | { readonly done: OutsideOrder["order"]; readonly fault: string | null };

/** The outside world at work. */
export interface Outside {
  /** The network, which the thread draws while the service starts. */
  readonly drawn: Promise<DrawnNetwork>;
  /** Resolves when the history of the cases is receipted and what is stated of them is taken. */
  stateCases(doors: Doors): Promise<void>;
  /** Everybody else connects and catches up; resolves when all that are going to have done so. */
  join(): Promise<void>;
  /** Resolves when every gateway is gone. */
  end(): Promise<void>;
}

/** Opens the outside world, which draws its network from these settings. */
export function openOutside(settings: DemoSettings, say: (text: string) => void): Outside {
  const worker = new Worker(new URL("./demo-outside-thread.ts", import.meta.url), { workerData: settings });
  const waiting = new Map<string, PromiseWithResolvers<void>>();
  const drawn = Promise.withResolvers<DrawnNetwork>();
  drawn.promise.catch(() => undefined);
  const fail = (error: Error): void => {
    drawn.reject(error);
    for (const { reject } of waiting.values()) reject(error);
    waiting.clear();
  };
  worker.on("message", (word: OutsideWord) => {
    if ("said" in word) return say(word.said);
    if ("drawn" in word) return drawn.resolve(word.drawn);
    const waiter = waiting.get(word.done);
    waiting.delete(word.done);
    if (word.fault === null) waiter?.resolve();
    else waiter?.reject(new Error(word.fault));
  });
  worker.on("error", fail);
  worker.on("exit", () => fail(new Error("the demo's outside world has ended")));
  const ask = (order: OutsideOrder): Promise<void> => {
    const waiter = Promise.withResolvers<void>();
    waiting.set(order.order, waiter);
    worker.postMessage(order);
    return waiter.promise;
  };
  let ended: Promise<void> | null = null;
  return {
    drawn: drawn.promise,
    stateCases: (doors) => ask({ order: "states-cases", doors }),
    join: () => ask({ order: "joins" }),
    end() {
      ended ??= ask({ order: "ends" })
        .catch(() => undefined)
        .then(async () => void (await worker.terminate()));
      return ended;
    },
  };
}
