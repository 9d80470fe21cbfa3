import type { SparkplugType } from "#services/formats/open-sparkplug.ts";
import type { SparkplugNode } from "#store/sparkplug.ts";

/** How a node stands, apart from whose it is. */
export type NodeState = Omit<SparkplugNode, "tenantId" | "gatewayId">;

/** A message of a node, as far as its session is concerned. */
export interface NodeEvent {
  readonly type: SparkplugType;
  /** Null for the node itself. */
  readonly device: string | null;
  readonly seq: number | null;
  readonly bdSeq: number | null;
  /** Epoch ms of receipt. */
  readonly receivedAt: number;
  /** The message's own time, null where it has none. */
  readonly timestamp: number | null;
  /** Whether it uses an alias that no birth gave a name. */
  readonly usesUnknownAlias: boolean;
}

/** Devices of one node that are followed. */
const devicesMax = 1_000;

/** A node of which nothing was heard yet. */
export const unheard: NodeState = {
  online: false,
  offlineSince: null,
  bdSeq: null,
  seq: null,
  early: [],
  holeSince: null,
  devices: {},
  rebirthWanted: null,
  askAfter: 0,
};

/** Follows a node's session by one message, in the order of receipt (Sparkplug 3.0 §5); depends on its arguments alone. */
export function followNode(state: NodeState, event: NodeEvent): NodeState {
  if (event.type === "NBIRTH") return born(state, event);
  if (event.type === "NDEATH") return died(state, event);
  if (!state.online) return { ...state, rebirthWanted: state.rebirthWanted ?? "it speaks before its birth" };
  const ordered = inOrder(state, event);
  const { device, receivedAt: since } = event;
  if (device === null) return wantFor(ordered, event);
  if (event.type === "DDATA") {
    const isOnline = ordered.devices[device]?.online === true;
    return wantFor(isOnline ? ordered : want(ordered, "a device speaks before its birth"), event);
  }
  const isNew = !Object.hasOwn(ordered.devices, device);
  if (isNew && Object.keys(ordered.devices).length >= devicesMax) return ordered;
  const online = event.type === "DBIRTH";
  const at = online ? since : (event.timestamp ?? since);
  return { ...ordered, devices: { ...ordered.devices, [device]: { online, since: at } } };
}

function born(state: NodeState, { seq, bdSeq }: NodeEvent): NodeState {
  return { ...unheard, online: true, bdSeq, seq, askAfter: state.askAfter };
}

/** A death of another session than the one at hand came late, and says nothing of this one. */
function died(state: NodeState, { bdSeq, receivedAt }: NodeEvent): NodeState {
  if (!state.online || bdSeq === null || bdSeq !== state.bdSeq) return state;
  const devices = Object.keys(state.devices).map((device) => [device, { online: false, since: receivedAt }]);
  return {
    ...unheard,
    bdSeq: state.bdSeq,
    offlineSince: receivedAt,
    devices: Object.fromEntries(devices),
    askAfter: state.askAfter,
  };
}

/** Moves `seq` on, over what came early too; a number out of order begins a hole that lasts until it is filled. */
function inOrder(state: NodeState, { seq, receivedAt }: NodeEvent): NodeState {
  if (seq === null || state.seq === null) return want(state, "a message or birth has no seq");
  if (seq !== after(state.seq)) {
    if (state.early.includes(seq)) return state;
    return { ...state, early: [...state.early, seq], holeSince: state.holeSince ?? receivedAt };
  }
  const early = new Set(state.early);
  let last = seq;
  while (early.delete(after(last))) last = after(last);
  return { ...state, seq: last, early: [...early], holeSince: early.size === 0 ? null : receivedAt };
}

function after(seq: number): number {
  return (seq + 1) % 256;
}

function wantFor(state: NodeState, { usesUnknownAlias }: NodeEvent): NodeState {
  return usesUnknownAlias ? want(state, "it uses an alias that no birth names") : state;
}

function want(state: NodeState, why: string): NodeState {
  return { ...state, rebirthWanted: state.rebirthWanted ?? why };
}
