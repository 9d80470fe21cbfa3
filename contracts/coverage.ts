/**
 * Runs the Solidity tests with coverage: `node contracts/coverage.ts`. Ends with 1 where a line or statement of the
 * contract is not reached by them.
 */
import { copyProject } from "./test/copy-project.ts";
import { hardhat, runTool } from "./test/run-tool.ts";

const { folder, remove } = copyProject();
const { passed, output } = runTool(folder, hardhat, ["--coverage", "test", "solidity"]);
remove();
process.stdout.write(output);

/** A row of Hardhat's table: the file, its lines and its statements in per cent. */
const rows = [...output.matchAll(/\b(contracts\/\w+\.sol)\W+([\d.]+)\W+([\d.]+)/g)];
const short = rows.filter(([, , lines, statements]) => lines !== "100.00" || statements !== "100.00");
process.stdout.write(`${rows.length} files, ${short.length} of them below 100 %\n`);
process.exitCode = passed && rows.length > 0 && short.length === 0 ? 0 : 1;
