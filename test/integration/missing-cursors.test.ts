import { expect, it } from "vitest";
import { moveCursor, readCursors } from "#store/inbox.ts";
import { openOnPglite } from "../support/both-stores.ts";

const worker = { role: "worker" } as const;
const ends = { received: 1, stored: 1, duplicate: 0, deadLetter: 0 };

it("a reader whose cursor is missing begins at the inbox's beginning instead of waiting for it for ever", async () => {
  const { store, stop } = await openOnPglite();
  try {
    const step = (from: number, to: number) =>
      store.as(worker, async (tx) => {
        await moveCursor(tx, "projector", { from, to: to }, ends);
      });
    await expect(step(5, 6)).rejects.toMatchObject({ code: "CONFLICT" });
    await step(0, 7);
    const { projector, tracker } = await store.as(worker, readCursors);
    expect([projector, tracker]).toMatchObject([{ position: 7, received: 1, stored: 1 }, { position: 0 }]);
    await expect(step(0, 8)).rejects.toMatchObject({ code: "CONFLICT" });
  } finally {
    await stop();
  }
});
