/**
 * The test command: `run.ts` for the tests, `run.ts promises` and `run.ts bench` for the longer ones.
 * `run.ts bench --quick` leaves out what takes minutes, and writes no table.
 *
 * A test can end bun's runner early with exit code 0 (`process.exit(0)`), and a file that
 * is not found runs no test at all. So the result is read from the runner's JUnit file, a
 * floor says how many tests there must be, and the executables are built first.
 *
 * A file with a failed test runs once more, with the machine to itself. A test that passes then is
 * counted as passed and listed as unsteady; one that fails twice has failed.
 *
 * @module
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { $ } from "bun";
import { readCases, type TestCase } from "./junit.ts";

/** The fewest tests of a whole run, by suite, skipped ones counted. Raise them when tests are added. */
const FLOORS = { test: 10_350, promises: 660, bench: 23 } as const;
type Suite = keyof typeof FLOORS;

const ROOT = join(import.meta.dir, "../..");
const OF_THEIR_OWN = ["promises", "bench"] as const;
/** Promises that are measured, or attack by races: they have the machine to themselves. */
const ALONE = [
  "crowded",
  "deep-json",
  "http-costs",
  "http-dead-disk",
  "http-flood",
  "http-limits",
  "many",
  "page-many",
  "soak",
  "swap-reads",
  "swap-writes",
  "torn",
];
const fileOf = (name: string): string => `test/promises/${name}.test.ts`;

const IS_QUICK = process.argv.includes("--quick");
const suite = (process.argv[2] ?? "test") as Suite;
if (!Object.hasOwn(FLOORS, suite))
  throw new Error(`There is no suite "${suite}": ${Object.keys(FLOORS).join(", ")}`);

await $`${process.execPath} lib/dev/build.ts`.cwd(ROOT).quiet();
// It may copy what was built; the tests get it by the environment.
const { removeOwn } = await import("./surroundings.ts");
const run = await runSuite(suite).finally(removeOwn);
if (run.cases.length < FLOORS[suite])
  console.error(
    `Only ${run.cases.length} tests ran, at least ${FLOORS[suite]} are expected: did the runner end early?`,
  );
for (const each of run.unsteady) console.log(`unsteady: ${described(each)}`);
for (const each of failed(run.cases)) console.log(`failed: ${described(each)}`);
const count = (outcome: TestCase["outcome"]) =>
  run.cases.filter((each) => each.outcome === outcome).length;
console.log(`${count("passed")} passed, ${count("failed")} failed, ${count("skipped")} skipped`);
const isGreen = run.code === 0 && count("failed") === 0 && run.cases.length >= FLOORS[suite];
process.exit(isGreen ? 0 : 1);

interface Run {
  /** The runner's exit code, or 0 when all that failed passed the second time. */
  readonly code: number;
  readonly cases: readonly TestCase[];
  /** The first results of tests that passed the second time. */
  readonly unsteady: readonly TestCase[];
}

function failed(cases: readonly TestCase[]): TestCase[] {
  return cases.filter(({ outcome }) => outcome === "failed");
}

/** A failed test in a few lines. */
function described({ file, name, text }: TestCase): string {
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  return [`${file}: ${name}`, ...lines.slice(0, 12).map((line) => `    ${line}`)].join("\n");
}

function without(paths: readonly string[]): string[] {
  return paths.map((path) => `--path-ignore-patterns=${path}`);
}

/** The arguments of the runner for each part of a suite. Most tests wait: two at a time take half as long. */
function partsOf(name: Suite): readonly string[][] {
  const others = OF_THEIR_OWN.map((other) => `test/${other}/**`);
  if (name === "test") return [["--parallel=2", ...without(others)]];
  if (name === "bench") return [["test/bench/"]];
  const alone = ALONE.map(fileOf);
  return [["--parallel=2", ...without(alone), "test/promises/"], alone];
}

async function runSuite(name: Suite): Promise<Run> {
  const parts: Run[] = [];
  for (const part of partsOf(name)) parts.push(await runPart(part));
  return {
    code: parts.find(({ code }) => code !== 0)?.code ?? 0,
    cases: parts.flatMap(({ cases }) => cases),
    unsteady: parts.flatMap(({ unsteady }) => unsteady),
  };
}

// A declaration: the constants below the first await do not exist yet while it runs.
function keyOf({ file, name }: TestCase): string {
  return `${file}: ${name}`;
}

/** Runs a part of a suite, and once more the files in which a test failed. */
async function runPart(part: readonly string[]): Promise<Run> {
  const first = await runOnce(part);
  const files = [...new Set(failed(first.cases).map(({ file }) => file))];
  if (files.length === 0) return { ...first, unsteady: [] };
  console.log(`once more, alone: ${files.join(" ")}`);
  const second = await runOnce(files.map((file) => `./${file}`));
  const passed = new Set(second.cases.filter(({ outcome }) => outcome === "passed").map(keyOf));
  const others = first.cases.filter(({ file }) => !files.includes(file));
  return {
    code: second.code,
    cases: [...others, ...second.cases],
    unsteady: failed(first.cases).filter((each) => passed.has(keyOf(each))),
  };
}

/** Runs the runner with these arguments. */
async function runOnce(part: readonly string[]): Promise<Pick<Run, "code" | "cases">> {
  const folder = mkdtempSync(join(tmpdir(), "lazarus-pit-junit-"));
  const report = join(folder, "junit.xml");
  const reporter = ["--reporter=junit", `--reporter-outfile=${report}`];
  const argv = [process.execPath, "test", "--timeout=600000", ...reporter, ...part];
  try {
    const child = Bun.spawn(argv, {
      cwd: ROOT,
      env: { ...process.env, LAZARUS_PIT_TEST_QUICK: IS_QUICK ? "1" : "" },
      stdio: ["ignore", "inherit", "inherit"],
    });
    return { code: await child.exited, cases: readCases(report) };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
