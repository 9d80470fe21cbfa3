/** A gateway as its firmware runs: samples, numbers, signs, stores, forwards, and deletes only under a verified receipt. */
import { type Backlog, openBacklog } from "./backlog.ts";
import { openCommand } from "./command.ts";
import { openLink } from "./gateway-link.ts";
import { messagePayload, topicOf } from "./message.ts";
import { openOutbox, type WaitingMessage } from "./outbox.ts";
import type { ReadingSource } from "./reading-source.ts";
import { openReceipt, type ReceiptKey } from "./receipt.ts";
import type { DeviceKey } from "./seed.ts";

/** How often a gateway looks: at its next reading's time, sooner while a message waits for its receipt. */
const pauseMs = { least: 250, waiting: 1_000, most: 60_000 } as const;
/** A message is sent again when nothing was receipted for so long … */
const stalledMs = 15_000;
/** … or when others were, but not this one for so long: a busy server needs no second copy. */
const overdueMs = 60_000;
/** Unreceipted messages in flight; a day of four probes is 96 messages of 60 readings. Back-fill leaves room for what is live. */
const windowMessages = { data: 256, hist: 128 } as const;
/** Signing is the work: after so many messages others in this process get their turn. */
const messagesPerTurn = 8;

/** What a gateway is told at installation; `clock` is its own, epoch ms. */
export interface GatewaySettings {
  readonly id: string;
  readonly key: DeviceKey | null;
  readonly password: string;
  readonly mqttUrl: string;
  readonly receiptKeys: readonly ReceiptKey[];
  readonly source: ReadingSource;
  readonly clock: () => number;
  readonly boot: number;
  readonly readingsPerMessage: number;
  /** "live": by age of the readings; "hist": always the back-fill lane. */
  readonly lanes: "live" | "hist";
  readonly say: (text: string) => void;
}

/** A running gateway. */
export interface Gateway {
  readonly boot: number;
  lastSeq(): number;
  /** Messages that still wait for a receipt. */
  waiting(): number;
  /** Resolves once every reading up to a time (epoch ms) is receipted; never rejects, stop() resolves it too. */
  drained(until: number): Promise<void>;
  /** The line is cut: it samples on and remembers. */
  unplug(): void;
  /** The line is there again: it sends what it remembers. */
  plugIn(): void;
  stop(): Promise<void>;
}

/** Starts a gateway; it runs until it is stopped, whatever the broker does. */
export function startGateway(settings: GatewaySettings): Gateway {
  const { id, say } = settings;
  const outbox = openOutbox(settings.boot);
  const backlog = openBacklog(settings.source, settings.lanes);
  const commandTopic = topicOf(id, "command");
  const waiters = waitersOn(() => [backlog.nextAt(), outbox.size()]);
  let turn: NodeJS.Immediate | undefined;
  let timer: NodeJS.Timeout | undefined;
  let progressAt = 0;
  let lastCommand = 0;
  let stopped: Promise<void> | undefined;

  const heard = (topic: string, payload: Uint8Array): void => {
    if (topic === commandTopic) obey(payload);
    else take(topic, payload);
  };
  const take = (topic: string, payload: Uint8Array): void => {
    const receipt = openReceipt(topic, payload, settings.receiptKeys);
    const outcome = receipt ? outbox.settle(receipt) : { refused: "its signature doesn't hold" };
    if ("deleted" in outcome && outcome.deleted > 0) progressAt = Date.now();
    if ("refused" in outcome) say(`${id}: receipt refused, nothing deleted: ${outcome.refused}`);
    pump();
  };
  const send = ({ seq, topic, payload }: WaitingMessage): void => {
    link.publish(topic, payload);
    outbox.markSent(seq, Date.now());
  };
  const obey = (payload: Uint8Array): void => {
    const command = openCommand(commandTopic, payload, settings.receiptKeys);
    if (command === null) say(`${id}: command refused: its signature doesn't hold`);
    else if (command.counter > lastCommand) {
      lastCommand = command.counter;
      if (command.boot === outbox.boot) for (const message of outbox.held(command.ranges)) send(message);
    }
  };
  const sendNext = (lane: "data" | "hist"): boolean => {
    const message = nextMessage(settings, outbox, backlog, lane);
    if (message) send(message);
    return message !== null;
  };
  const forward = (): boolean => {
    for (let count = 0; count < messagesPerTurn; count += 1) {
      if (!sendNext("data") && !sendNext("hist")) return false;
    }
    return true;
  };
  const pump = (): void => {
    clearImmediate(turn);
    clearTimeout(timer);
    if (stopped) return;
    if (link.isUp()) {
      const isStalled = progressAt < Date.now() - stalledMs;
      for (const message of outbox.due(Date.now() - (isStalled ? stalledMs : overdueMs))) send(message);
      if (forward()) turn = setImmediate(pump);
    }
    waiters.look();
    timer = setTimeout(pump, pauseFor(outbox.size(), backlog.nextAt(), settings.clock()));
  };
  const up = (): void => {
    const unreceipted = outbox.due(Number.POSITIVE_INFINITY);
    sendNext("data");
    for (const message of unreceipted) send(message);
    pump();
  };

  const { mqttUrl, password, boot } = settings;
  const link = openLink({ gateway: id, mqttUrl, password, boot, say, heard, up });
  const stop = async (): Promise<void> => {
    clearTimeout(timer);
    clearImmediate(turn);
    waiters.release();
    await link.close();
  };
  return {
    boot: settings.boot,
    lastSeq: () => outbox.lastSeq(),
    waiting: () => outbox.size(),
    drained: waiters.drained,
    unplug: link.cut,
    plugIn: link.mend,
    stop: () => {
      stopped ??= stop();
      return stopped;
    },
  };
}

function pauseFor(waiting: number, nextAt: number | null, now: number): number {
  const untilNextMs = nextAt === null ? pauseMs.most : nextAt - now;
  const mostMs = waiting > 0 ? pauseMs.waiting : pauseMs.most;
  return Math.max(pauseMs.least, Math.min(untilNextMs, mostMs));
}

/** Those who wait until everything up to a time is receipted; `state` is the next reading's time and what waits. */
function waitersOn(state: () => [nextAt: number | null, waiting: number]): {
  drained: (until: number) => Promise<void>;
  look: () => void;
  release: () => void;
} {
  const waiters: { until: number; done: () => void }[] = [];
  const release = (isFree: (until: number) => boolean): void => {
    for (const waiter of waiters.filter(({ until }) => isFree(until))) {
      waiters.splice(waiters.indexOf(waiter), 1);
      waiter.done();
    }
  };
  let over = false;
  return {
    drained: (until) => new Promise((done) => void (over ? done() : waiters.push({ until, done }))),
    look() {
      const [nextAt, waiting] = state();
      if (waiting === 0) release((until) => nextAt === null || nextAt > until);
    },
    release() {
      over = true;
      release(() => true);
    },
  };
}

type Outbox = ReturnType<typeof openOutbox>;

function nextMessage(
  { id, boot, key, clock, readingsPerMessage }: GatewaySettings,
  outbox: Outbox,
  backlog: Backlog,
  lane: "data" | "hist",
): WaitingMessage | null {
  if (outbox.size() >= windowMessages[lane]) return null;
  const sent = clock();
  const readings = backlog.take(lane, readingsPerMessage, sent);
  if (readings.length === 0) return null;
  const topic = topicOf(id, lane);
  return outbox.add((seq) => ({
    topic,
    payload: messagePayload(topic, { boot, seq, sent, readings }, key),
  }));
}
