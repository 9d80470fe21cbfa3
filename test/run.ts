/**
 * The test run behind `./coldmark test` and, up to the unit tests, `npm run check` (`--check`).
 * Everything runs, whatever failed before; the last lines say what passed, what failed and what did not run.
 */
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { sharedDir } from "./conformance/shared.ts";

const root = dirname(import.meta.dirname);

interface Step {
  readonly title: string;
  readonly failed: boolean;
  readonly tests: TestCount;
}

interface TestCount {
  readonly passed: number;
  readonly failed: number;
  /** The failed tests, each with the beginning of its error, said again in the last lines. */
  readonly failures?: readonly string[];
}

/** What Vitest's JSON report says, as far as it is read here. */
interface VitestReport {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly message: string;
    readonly assertionResults: readonly {
      readonly fullName: string;
      readonly status: string;
      readonly failureMessages: readonly string[];
    }[];
  }[];
}

/** The static checks, by the package whose own command does them. */
const staticChecks = [
  { title: "format and lint (biome)", package: "@biomejs/biome", bin: "biome", args: ["ci", "."] },
  { title: "types (tsc)", package: "typescript", bin: "tsc", args: ["--noEmit", "-p", "."] },
  {
    title: "import arrows (dependency-cruiser)",
    package: "dependency-cruiser",
    bin: "depcruise",
    args: ["."],
  },
  { title: "dead code (knip)", package: "knip", bin: "knip", args: [] },
] as const;

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

function heading(title: string): void {
  say(`\n=== ${title} ===`);
}

/** The script of a package's command, so that it runs under this very Node and not whatever `env node` finds. */
function commandFile(packageName: string, bin: string): string {
  const folder = join(root, "node_modules", packageName);
  const { bin: bins } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as {
    bin: string | Record<string, string>;
  };
  const file = typeof bins === "string" ? bins : bins[bin];
  if (file === undefined) throw new Error(`${packageName} has no command ${bin}`);
  return join(folder, file);
}

/** Runs a Node script in the project's folder; its output is shown as it comes, or kept and given back. */
function runNode(
  file: string,
  args: readonly string[],
  show: boolean,
): Promise<{ code: number; output: string }> {
  return new Promise((done, fail) => {
    const child = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", file, ...args], {
      cwd: root,
      stdio: ["ignore", show ? "inherit" : "pipe", show ? "inherit" : "pipe"],
      env: { ...process.env, ...(longForms ? { COLDMARK_LONG: "1" } : {}) },
    });
    const pieces: Buffer[] = [];
    child.stdout?.on("data", (piece: Buffer) => pieces.push(piece));
    child.stderr?.on("data", (piece: Buffer) => pieces.push(piece));
    child.on("error", fail);
    child.on("close", (code) => done({ code: code ?? 1, output: Buffer.concat(pieces).toString("utf8") }));
  });
}

/** Two at a time (the reference machine has two cores); shown in their order. */
async function runStaticChecks(): Promise<Step[]> {
  const waiting = staticChecks.map((check, index) => ({ check, index }));
  const outcomes: { code: number; output: string }[] = [];
  const worker = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift())
      outcomes[next.index] = await runNode(
        commandFile(next.check.package, next.check.bin),
        next.check.args,
        false,
      );
  };
  await Promise.all([worker(), worker()]);
  return staticChecks.map(({ title }, index) => {
    const outcome = outcomes[index];
    heading(title);
    say(outcome?.output.trim() || "nothing to report");
    return { title, failed: outcome?.code !== 0, tests: { passed: 0, failed: 0 } };
  });
}

/** The failed tests of a Vitest report, and the files that would not load. */
function failuresIn({ testResults }: VitestReport): string[] {
  return testResults.flatMap(({ name, status, message, assertionResults }) => {
    const file = relative(root, name);
    const failed = assertionResults.filter((test) => test.status === "failed");
    if (failed.length === 0) return status === "failed" ? [`${file}\n${beginningOf(message)}`] : [];
    return failed.map(
      (test) => `${file} > ${test.fullName}\n${beginningOf(test.failureMessages.join("\n"))}`,
    );
  });
}

/** An error's first lines, indented, without colours: a CI that keeps only the end of its output still shows the cause. */
function beginningOf(error: string): string {
  const lines = stripVTControlCharacters(error)
    .split("\n")
    .filter((line) => line.trim() !== "");
  return lines
    .slice(0, 8)
    .map((line) => `    ${line.slice(0, 300)}`)
    .join("\n");
}

/** What a Vitest JSON report counts; a missing report (Vitest itself fell over) counts nothing. */
function countTests(reportFile: string): TestCount {
  if (!existsSync(reportFile)) return { passed: 0, failed: 0 };
  const report = JSON.parse(readFileSync(reportFile, "utf8")) as VitestReport;
  return { passed: report.numPassedTests, failed: report.numFailedTests, failures: failuresIn(report) };
}

async function runProject(project: string): Promise<Step> {
  const title = `tests: ${project}`;
  heading(title);
  const folder = mkdtempSync(join(tmpdir(), "coldmark-test-"));
  const reportFile = join(folder, "report.json");
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${reportFile}`];
  const { code } = await runNode(
    commandFile("vitest", "vitest"),
    ["run", "--project", project, ...reporters],
    true,
  );
  const tests = countTests(reportFile);
  rmSync(folder, { recursive: true });
  return { title, failed: code !== 0 || tests.passed + tests.failed === 0, tests };
}

/** Behaviour and fuzz of the contract in Solidity, by Hardhat's own runner. */
async function runSolidityTests(): Promise<Step> {
  const title = "tests: Solidity (hardhat)";
  heading(title);
  const { code, output } = await runNode(commandFile("hardhat", "hardhat"), ["test", "solidity"], false);
  say(output.trim());
  const count = (word: string) => Number(new RegExp(`(\\d+) ${word}`).exec(output)?.[1] ?? 0);
  const tests = { passed: count("passing"), failed: count("failing") };
  return { title, failed: code !== 0 || tests.passed === 0, tests };
}

/** A step that failed with no failing test of its own (a linter, a suite that would not load) counts as one failure. */
function failuresOf(step: Step): number {
  return step.failed ? Math.max(1, step.tests.failed) : 0;
}

function report(steps: readonly Step[], notRun: readonly string[]): void {
  heading("result");
  for (const step of steps) say(`${step.failed ? "FAILED" : "ok    "}  ${step.title}`);
  for (const failure of steps.flatMap((step) => step.tests.failures ?? [])) say(`\nFAILED  ${failure}`);
  const passed = steps.reduce((sum, step) => sum + step.tests.passed, 0);
  const failed = steps.reduce((sum, step) => sum + failuresOf(step), 0);
  say(`\n${passed} passed, ${failed} failed`);
  for (const name of notRun) say(`NOT RUN: ${name}`);
  process.exitCode = failed > 0 ? 1 : 0;
}

function readFlags(args: readonly string[]): { checkOnly: boolean; longForms: boolean } {
  const unknown = args.filter((arg) => !["--check", "--long"].includes(arg));
  if (unknown.length > 0) {
    say(
      `unknown: ${unknown.join(" ")}; known are --check (up to the unit tests) and --long (long fault runs)`,
    );
    process.exit(64);
  }
  return { checkOnly: args.includes("--check"), longForms: args.includes("--long") };
}

const { checkOnly, longForms } = readFlags(process.argv.slice(2));
const notRun: string[] = [];
const steps = [...(await runStaticChecks()), await runProject("unit")];
if (!checkOnly) {
  if (sharedDir !== null) steps.push(await runProject("conformance"));
  else notRun.push("conformance");
  steps.push(await runSolidityTests());
  for (const project of ["integration", "faults", "alone"]) steps.push(await runProject(project));
}
report(steps, notRun);
