import { expect, it } from "vitest";
import { consoleAsset } from "./assets.ts";

it("a built name leads into the built folder, anything else nowhere", () => {
  expect(consoleAsset("main-ABC123.js")).toMatchObject({ contentType: "text/javascript; charset=utf-8" });
  expect(consoleAsset("main-ABC123.js")?.file.pathname).toMatch(/\/console\/dist\/main-ABC123\.js$/);
  for (const name of ["../build.ts", "index.html", "a/b.js", "%2e%2e.js", "main.js.map", ""])
    expect(consoleAsset(name)).toBeNull();
});
