import { expect, it } from "vitest";
import { sensorNames } from "./sensor-names.ts";

it("a sensor is called by its channel, with its gateway only where there are several", () => {
  const first = { id: "1", gateway: "gw-1", channel: "top" };
  const second = { id: "2", gateway: "gw-1", channel: "bottom" };
  expect([...sensorNames([first, second])]).toEqual([
    ["1", "top"],
    ["2", "bottom"],
  ]);
  expect(sensorNames([first, { ...second, gateway: "gw-2" }]).get("2")).toBe("gw-2 · bottom");
});
