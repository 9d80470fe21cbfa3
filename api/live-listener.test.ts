import { expect, it, vi } from "vitest";
import { LiveListener } from "./live-listener.ts";

const large = "x".repeat(100_000);

it("cuts off a reader that does not keep up, once", async () => {
  const onEnd = vi.fn();
  const listener = new LiveListener(onEnd);
  for (let n = 0; n < 5; n += 1) listener.change(large);
  expect(onEnd).not.toHaveBeenCalled();
  for (let n = 0; n < 5; n += 1) listener.change(large);
  expect(onEnd).toHaveBeenCalledExactlyOnceWith(listener);
  await expect(listener.stream.getReader().read()).rejects.toThrow("does not keep up");
});

it("goes on for a reader that keeps up, however much there is", async () => {
  const onEnd = vi.fn();
  const listener = new LiveListener(onEnd);
  const reader = listener.stream.getReader();
  await reader.read();
  for (let n = 0; n < 20; n += 1) {
    listener.change(large);
    expect((await reader.read()).value?.length).toBeGreaterThan(large.length);
  }
  expect(onEnd).not.toHaveBeenCalled();
  listener.close();
  expect(await reader.read()).toMatchObject({ done: true });
  expect(onEnd).toHaveBeenCalledOnce();
});

it("ends with its reader, and says nothing more", async () => {
  const onEnd = vi.fn();
  const listener = new LiveListener(onEnd);
  await listener.stream.cancel();
  listener.change("{}");
  listener.beat();
  listener.close();
  expect(onEnd).toHaveBeenCalledOnce();
});
