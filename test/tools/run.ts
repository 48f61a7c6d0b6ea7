/**
 * The test command: `run.ts` for the tests, `run.ts promises` and `run.ts bench` for the longer ones.
 *
 * A test can end bun's runner early with exit code 0 (`process.exit(0)`), and a file that
 * is not found runs no test at all. So the result is read from the runner's JUnit file, a
 * floor says how many tests there must be, and the executables are built first.
 *
 * @module
 */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { $ } from "bun";

/** The fewest tests of a whole run, by suite, skipped ones counted. Raise them when tests are added. */
const FLOORS = { test: 3900, promises: 305, bench: 7 } as const;
type Suite = keyof typeof FLOORS;

const ROOT = join(import.meta.dir, "../..");
const OF_THEIR_OWN = ["promises", "bench"] as const;

interface Result {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

const suite = (process.argv[2] ?? "test") as Suite;
if (!Object.hasOwn(FLOORS, suite))
  throw new Error(`There is no suite "${suite}": ${Object.keys(FLOORS).join(", ")}`);

await $`${process.execPath} test/tools/build.ts`.cwd(ROOT).quiet();
const { code, result } = await runSuite(suite);
const ran = result.passed + result.failed + result.skipped;
if (ran < FLOORS[suite])
  console.error(
    `Only ${ran} tests ran, at least ${FLOORS[suite]} are expected: did the runner end early?`,
  );
console.log(`${result.passed} passed, ${result.failed} failed, ${result.skipped} skipped`);
process.exit(code === 0 && result.failed === 0 && ran >= FLOORS[suite] ? 0 : 1);

async function runSuite(name: Suite): Promise<{ code: number; result: Result }> {
  const folder = mkdtempSync(join(tmpdir(), "lazarus-pit-junit-"));
  const report = join(folder, "junit.xml");
  const paths =
    name === "test"
      ? OF_THEIR_OWN.map((other) => `--path-ignore-patterns=test/${other}/**`)
      : [`test/${name}/`];
  const argv = [
    process.execPath,
    "test",
    "--timeout=600000",
    // Most tests wait for something; the others are measured, and have the machine to themselves.
    ...(name === "test" ? ["--parallel=2"] : []),
    "--reporter=junit",
    `--reporter-outfile=${report}`,
    ...paths,
  ];
  try {
    const child = Bun.spawn(argv, { cwd: ROOT, stdio: ["ignore", "inherit", "inherit"] });
    return { code: await child.exited, result: readResult(report) };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Counts the test cases of a JUnit file; a missing one means that none was recorded. */
function readResult(report: string): Result {
  let text = "";
  try {
    text = readFileSync(report, "utf8");
  } catch {
    console.error("The runner left no report: it was ended from inside a test.");
  }
  const cases = [...text.matchAll(/<testcase\b[^>]*?(?:\/>|>([^]*?)<\/testcase>)/g)].map(
    ([, body = ""]) => body,
  );
  const failed = cases.filter((body) => /<(?:failure|error)\b/.test(body)).length;
  const skipped = cases.filter((body) => body.includes("<skipped")).length;
  return { passed: cases.length - failed - skipped, failed, skipped };
}
