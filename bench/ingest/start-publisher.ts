import { type ChildProcess, fork } from "node:child_process";
import { join } from "node:path";
import type { Load } from "./load.ts";

/** What the publisher is told first. `window` bounds the messages in flight over all its connections. */
export interface PublisherOrder {
  readonly load: Load;
  readonly port: number;
  readonly username: string;
  readonly password: string;
  readonly connections: number;
  readonly window: number;
}

/** What the publisher says. */
export type PublisherWord =
  | { readonly kind: "ready" }
  | { readonly kind: "count" | "done"; readonly acknowledged: number };

/** A publisher with all its packets made. */
export interface Publisher {
  readonly pid: number;
  /** Starts to publish. */
  go(): void;
  /** Messages with a PUBACK so far. */
  count(): Promise<number>;
  /** Messages with a PUBACK once all are out; rejects when the publisher ends early. */
  readonly done: Promise<number>;
  stop(): void;
}

const windowMessages = 2_000;
const connectionsMost = 8;

/** Starts the publisher's process and waits until its packets are made. @throws Error when it ends before */
export async function startPublisher(
  load: Load,
  broker: {
    readonly port: number;
    readonly publisher: { readonly username: string; readonly password: string };
  },
): Promise<Publisher> {
  const child = fork(join(import.meta.dirname, "publisher.ts"), { serialization: "advanced" });
  const quit = () => child.kill("SIGKILL");
  process.once("exit", quit);
  child.once("exit", () => process.off("exit", quit));
  const connections = connectionsFor(load.gateways);
  child.send({
    load,
    port: broker.port,
    ...broker.publisher,
    connections,
    window: windowMessages,
  } satisfies PublisherOrder);
  await heard(child, "ready");
  const done = heard(child, "done");
  done.catch(() => undefined);
  return {
    pid: child.pid ?? 0,
    go: () => void child.send("go"),
    count: () => {
      const counted = heard(child, "count");
      child.send("count");
      return counted;
    },
    done,
    stop: () => void child.kill("SIGKILL"),
  };
}

/** The gateways must divide evenly, so that each stays on one connection. */
function connectionsFor(gateways: number): number {
  for (let count = connectionsMost; count > 1; count -= 1) if (gateways % count === 0) return count;
  return 1;
}

/** The number that comes with the publisher's next word of a kind. @throws Error when the publisher ends before */
function heard(child: ChildProcess, kind: PublisherWord["kind"]): Promise<number> {
  return new Promise((resolve, reject) => {
    const settle = (act: () => void) => {
      child.off("message", hear).off("exit", end);
      act();
    };
    const hear = (word: PublisherWord) => {
      if (word.kind === kind) settle(() => resolve("acknowledged" in word ? word.acknowledged : 0));
    };
    const end = () => settle(() => reject(new Error("the publisher ended early")));
    child.on("message", hear).on("exit", end);
  });
}
