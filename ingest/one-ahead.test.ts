import { expect, it } from "vitest";
import { openOneAhead } from "./one-ahead.ts";

/** Stretches of at most 10 up to an end; each opening goes on once it is let on, be that before or after it began. */
function openCounted(end: { at: number }) {
  const opened: number[] = [];
  const gates: PromiseWithResolvers<void>[] = [];
  const gateAt = (at: number) => {
    while (gates.length <= at) gates.push(Promise.withResolvers());
    return gates[at] as PromiseWithResolvers<void>;
  };
  let fault: Error | null = null;
  let letOnSoFar = 0;
  const open = async (from: number) => {
    opened.push(from);
    await gateAt(opened.length - 1).promise;
    if (fault !== null) throw fault;
    return { from, to: Math.min(from + 10, end.at) };
  };
  const letOn = () => {
    gateAt(letOnSoFar).resolve();
    letOnSoFar += 1;
  };
  const fail = (error: Error | null) => {
    fault = error;
  };
  return { opened, open, letOn, fail };
}

const readPosition = async () => 100;

it("takes what was begun, and opens nothing twice", async () => {
  const { opened, open, letOn } = openCounted({ at: 130 });
  const ahead = openOneAhead({ open, readPosition });
  const first = ahead.next();
  letOn();
  expect(await first).toEqual({ from: 100, to: 110 });
  ahead.begin(110);
  const second = ahead.next();
  letOn();
  expect(await second).toEqual({ from: 110, to: 120 });
  expect(opened).toEqual([100, 110]);
});

it("looks again where nothing waited when it was begun", async () => {
  const end = { at: 100 };
  const { opened, open, letOn } = openCounted(end);
  const ahead = openOneAhead({ open, readPosition });
  ahead.begin(100);
  letOn();
  await new Promise(setImmediate);
  end.at = 105;
  const next = ahead.next();
  await expect.poll(() => opened).toEqual([100, 100]);
  letOn();
  expect(await next).toEqual({ from: 100, to: 105 });
});

it("after a failure waits for what was begun, drops it, and begins where the records say", async () => {
  const { opened, open, letOn } = openCounted({ at: 130 });
  const ahead = openOneAhead({ open, readPosition });
  const first = ahead.next();
  letOn();
  await first;
  ahead.begin(110);
  ahead.forget();
  const again = ahead.next();
  await new Promise(setImmediate);
  expect(opened).toEqual([100, 110]);
  letOn();
  await expect.poll(() => opened).toEqual([100, 110, 100]);
  letOn();
  expect(await again).toEqual({ from: 100, to: 110 });
});

it("tells once why what was begun failed, then opens it again", async () => {
  const { opened, open, letOn, fail } = openCounted({ at: 130 });
  const ahead = openOneAhead({ open, readPosition });
  const first = ahead.next();
  letOn();
  await first;
  ahead.begin(110);
  fail(new Error("down"));
  letOn();
  await expect(ahead.next()).rejects.toThrow("down");
  fail(null);
  const again = ahead.next();
  letOn();
  expect(await again).toEqual({ from: 110, to: 120 });
  expect(opened).toEqual([100, 110, 110]);
});

it("begins nothing once it ends, and waits for what is under way", async () => {
  const { opened, open, letOn } = openCounted({ at: 130 });
  const ahead = openOneAhead({ open, readPosition });
  ahead.begin(100);
  let isOver = false;
  const ended = ahead.end().then(() => {
    isOver = true;
  });
  ahead.begin(110);
  await new Promise(setImmediate);
  expect([opened, isOver]).toEqual([[100], false]);
  letOn();
  await ended;
});
