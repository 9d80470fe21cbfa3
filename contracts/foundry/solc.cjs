#!/usr/bin/env node
// npm's compiler in the form that Foundry asks for: solc's `--version` and `--standard-json`.
const solc = require("solc");

if (process.argv.includes("--version")) {
  const version = solc.version().replace("Emscripten.clang", "Linux.g++");
  process.stdout.write(`solc, the solidity compiler commandline interface\nVersion: ${version}\n`);
} else {
  const pieces = [];
  process.stdin.on("data", (piece) => pieces.push(piece));
  process.stdin.on("end", () => process.stdout.write(solc.compile(Buffer.concat(pieces).toString())));
}
