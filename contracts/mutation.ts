/**
 * Flips every comparison, connective, negation and role check of the contract, one after another, and runs its tests:
 * `node contracts/mutation.ts [--part 1/4] [--file Roles.sol] [--list]`. Ends with 1 where a mutant survives that `equivalents` doesn't explain.
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { copyProject } from "./test/copy-project.ts";
import { equivalents } from "./test/equivalents.ts";
import { type Mutant, mutantsOf } from "./test/mutants-of.ts";
import { hardhat, runTool, vitest } from "./test/run-tool.ts";

interface Placed extends Mutant {
  readonly file: string;
}

const refusals = "contracts/test/refusals.test.ts";

/** The faster compiler profile: what is tested is the sources' meaning. */
const quick = { HARDHAT_BUILD_PROFILE: "quick" };

function allMutants(): Placed[] {
  const files = readdirSync(import.meta.dirname).filter((name) => name.endsWith(".sol"));
  return files.flatMap((file) =>
    mutantsOf(readFileSync(join(import.meta.dirname, file), "utf8")).map((mutant) => ({ ...mutant, file })),
  );
}

/** Which tests fail on the mutant; null where all pass. */
function killerOf(mutant: Placed, folder: string): string | null {
  const target = join(folder, "contracts", mutant.file);
  const sound = readFileSync(target, "utf8");
  writeFileSync(target, mutant.source);
  const killer = failingTests(folder, firstLookOf(mutant.file, folder)) ?? failingTests(folder);
  writeFileSync(target, sound);
  return killer;
}

/** The tests that bear the file's name, else those of the whole contract: they end most mutants in half the time. */
function firstLookOf(file: string, folder: string): string {
  const own = `contracts/test/${file.replace(".sol", ".t.sol")}`;
  return existsSync(join(folder, own)) ? own : "contracts/test/ColdmarkLog.t.sol";
}

/** Which tests fail, of one Solidity file or of all there are; null where they pass. */
function failingTests(folder: string, only?: string): string | null {
  const solidity = runTool(folder, hardhat, ["test", "solidity", ...(only ? [only] : [])], quick);
  if (!solidity.passed) return failureOf(solidity);
  if (only !== undefined) return null;
  const built = runTool(folder, "contracts/build.ts", [], quick);
  if (!built.passed) throw new Error(built.output);
  return runTool(folder, vitest, ["run", "--project", "integration", refusals], quick).passed
    ? null
    : refusals;
}

/** A program that doesn't compile, or a runner that fell over, shows nothing. */
function failureOf({ ended, output }: { readonly ended: boolean; readonly output: string }): string {
  const count = /(\d+) failing/.exec(output)?.[1];
  if (count !== undefined) return `${count} Solidity tests`;
  if (!ended && output.includes("Running Solidity tests")) return "never ending";
  throw new Error(output);
}

/** `1/4` takes the first of every four. */
function partOf(mutants: readonly Placed[], part: string): Placed[] {
  const [number, count] = part.split("/").map(Number) as [number, number];
  return mutants.filter((_, index) => index % count === number - 1);
}

function tell(mutant: Placed, outcome: string): void {
  process.stdout.write(`${mutant.file}:${mutant.line}\t${outcome}\t${mutant.before}\t=>\t${mutant.after}\n`);
}

/** Whether the outcome is as it must be: killed, or survived where `equivalents` says why. */
function judge(mutant: Placed, killer: string | null): boolean {
  const reason = equivalents[`${mutant.file}: ${mutant.after}`];
  if (killer === null) tell(mutant, reason === undefined ? "SURVIVED" : `equivalent: ${reason}`);
  else
    tell(mutant, reason === undefined ? `killed by ${killer}` : `KILLED by ${killer}, and called equivalent`);
  return (killer === null) === (reason !== undefined);
}

const { values } = parseArgs({
  options: {
    part: { type: "string", default: "1/1" },
    file: { type: "string", multiple: true },
    list: { type: "boolean" },
  },
});
const mutants = partOf(
  allMutants().filter(({ file }) => values.file?.includes(file) ?? true),
  values.part,
);
if (values.list) for (const mutant of mutants) tell(mutant, "");
else {
  const { folder, remove } = copyProject();
  try {
    const looks = new Set([undefined, ...mutants.map(({ file }) => firstLookOf(file, folder))]);
    if ([...looks].some((look) => failingTests(folder, look) !== null))
      throw new Error("the tests fail on the sources as they are");
    const sound = mutants.filter((mutant) => judge(mutant, killerOf(mutant, folder)));
    process.stdout.write(`${mutants.length} mutants, ${mutants.length - sound.length} not as they must be\n`);
    process.exitCode = sound.length === mutants.length ? 0 : 1;
  } finally {
    remove();
  }
}
