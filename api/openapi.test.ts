import { expect, it } from "vitest";
import { openApiDocument } from "./openapi.ts";

it("says of every route of the console that it is for who is signed in, since no API key can have its scopes", () => {
  const operations = Object.values(openApiDocument().paths ?? {}).flatMap((path) => Object.values(path));
  const ofConsole = operations.filter(({ tags }) => tags?.includes("console"));
  expect(ofConsole.length).toBeGreaterThan(5);
  for (const { security } of ofConsole) expect(security).toEqual([{ session: [] }]);
});
