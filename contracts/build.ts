import { writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import hre from "hardhat";

const target = new URL("./ColdmarkLog.json", import.meta.url);

/** The committed artifact's text: what deploying and calling need, so that running needs no compiler. */
export async function buildArtifact(): Promise<string> {
  await hre.tasks.getTask("compile").run({ quiet: true });
  const { abi, bytecode, deployedBytecode } = await hre.artifacts.readArtifact("ColdmarkLog");
  const [compiler] = hre.config.solidity.profiles.default?.compilers ?? [];
  const solc = compiler?.version;
  const evmVersion = compiler?.settings.evmVersion;
  return `${JSON.stringify({ abi, bytecode, deployedBytecode, solc, evmVersion }, null, 1)}\n`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await writeFile(target, await buildArtifact());
}
