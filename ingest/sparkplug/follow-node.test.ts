import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { followNode, type NodeEvent, type NodeState, unheard } from "./follow-node.ts";

const event = (type: NodeEvent["type"], change: Partial<NodeEvent> = {}): NodeEvent => ({
  ...{ type, device: type.startsWith("D") ? "d" : null, seq: null, bdSeq: null },
  ...{ receivedAt: 1_000, timestamp: 900, usesUnknownAlias: false, ...change },
});
const follow = (...events: NodeEvent[]): NodeState => events.reduce(followNode, unheard);
const birth = event("NBIRTH", { seq: 0, bdSeq: 5 });
const data = (seq: number | null, change: Partial<NodeEvent> = {}) => event("NDATA", { seq, ...change });

describe("a Sparkplug node", () => {
  test("is online from its birth, its devices from theirs; deaths mark all of them", () => {
    const alive = follow(birth, event("DBIRTH", { seq: 1 }));
    expect(alive).toMatchObject({
      online: true,
      seq: 1,
      devices: { d: { online: true } },
      rebirthWanted: null,
    });
    const deviceGone = followNode(alive, event("DDEATH", { seq: 2 }));
    expect(deviceGone).toMatchObject({ online: true, devices: { d: { online: false, since: 900 } } });
    const gone = followNode(alive, event("NDEATH", { bdSeq: 5, receivedAt: 2_000 }));
    expect(gone).toMatchObject({
      online: false,
      offlineSince: 2_000,
      devices: { d: { online: false, since: 2_000 } },
    });
  });

  test("a death of another session is ignored", () => {
    const alive = follow(birth);
    expect(followNode(alive, event("NDEATH", { bdSeq: 4 }))).toEqual(alive);
    expect(followNode(alive, event("NDEATH"))).toEqual(alive);
  });

  test.each<[string, NodeEvent[]]>([
    ["data before the birth", [data(1)]],
    ["data after the death", [birth, event("NDEATH", { bdSeq: 5 }), data(1)]],
    ["a device before its birth", [birth, event("DDATA", { seq: 1 })]],
    [
      "a device after its death",
      [birth, event("DBIRTH", { seq: 1 }), event("DDEATH", { seq: 2 }), event("DDATA", { seq: 3 })],
    ],
    ["an unknown alias", [birth, data(1, { usesUnknownAlias: true })]],
    ["no seq", [birth, data(null)]],
  ])("%s wants a rebirth, until there is one", (_what, events) => {
    const state = follow(...events);
    expect(state.rebirthWanted).not.toBeNull();
    expect(followNode(state, birth).rebirthWanted).toBeNull();
  });

  test("seq goes on from 255 to 0", () => {
    const all = Array.from({ length: 600 }, (_, n) => data((n + 1) % 256));
    expect(follow(birth, ...all)).toMatchObject({ seq: 600 % 256, holeSince: null, early: [] });
  });

  test("a hole begins with what comes out of order, and ends when it is filled", () => {
    const open = follow(birth, data(1), data(3, { receivedAt: 2_000 }), data(4, { receivedAt: 3_000 }));
    expect(open).toMatchObject({ seq: 1, holeSince: 2_000 });
    expect(followNode(open, data(2, { receivedAt: 3_500 }))).toMatchObject({
      seq: 4,
      holeSince: null,
      early: [],
    });
    const second = follow(birth, data(2), data(4), data(1, { receivedAt: 5_000 }));
    expect(second).toMatchObject({ seq: 2, holeSince: 5_000, early: [4] });
  });

  test("a rebirth does not shorten the pause between requests", () => {
    expect(followNode({ ...unheard, askAfter: 99 }, birth).askAfter).toBe(99);
  });

  test("any order of 20 messages within the window ends without a hole", () => {
    const shuffled = fc.shuffledSubarray(
      Array.from({ length: 20 }, (_, n) => n + 1),
      { minLength: 20 },
    );
    fc.assert(
      fc.property(shuffled, (seqs) => {
        expect(follow(birth, ...seqs.map((seq) => data(seq)))).toMatchObject({
          seq: 20,
          early: [],
          holeSince: null,
        });
      }),
    );
  });
});
