/** How often a daemon prints an error that several missions share. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "bun:test";
import { ROOT } from "../tools/house.ts";
import { run, scratch } from "../tools/program.ts";

/** What a daemon prints when in each round the work fails for these items of three. */
async function saidAfter(rounds: readonly string[]): Promise<{ said: string; done: string }> {
  const script = `
    import { startErrorReporter } from "${ROOT}/lib/supervise/store/error-reporter.ts";
    import { OperatorError } from "${ROOT}/lib/base/errors.ts";
    const errors = startErrorReporter("x");
    const done = [];
    for (const failing of process.argv.slice(1))
      errors.guardEach("attempts", ["a", "b", "c"], (item) => {
        done.push(item);
        if (failing.includes(item)) throw new OperatorError("io_error", "no room for " + item, "df");
      });
    errors.guardEach("attempts", [], () => done.push("none"));
    console.log(done.join(""));`;
  const { stdout, stderr, code } = await run([process.execPath, "-e", script, ...rounds], {
    cwd: join(ROOT),
  });
  expect(code).toBe(0);
  return { said: stderr, done: stdout.trim() };
}

test("prints an error that missions share once, continues with the others, and reports when it is over", async () => {
  const first = "x: error: no room for a\nx: hint: df\n";
  expect(await saidAfter(["abc", "ab", "ac"])).toEqual({ said: first, done: "abcabcabc" });
  const { said } = await saidAfter(["ab", "none", "b"]);
  expect(said).toBe(`${first}x: attempts: works again\nx: error: no room for b\nx: hint: df\n`);
});

test("outcomes that cannot be written for different reasons are printed once, and tried once a round", async () => {
  const script = `
    import { startErrorReporter } from "${ROOT}/lib/supervise/store/error-reporter.ts";
    import { OperatorError } from "${ROOT}/lib/base/errors.ts";
    import { trackAttempts } from "${ROOT}/lib/supervise/revive/running-attempts.ts";
    const errors = startErrorReporter("x");
    const store = { storeDir: process.argv[1], stateDir: process.argv[1], root: "/r" };
    const running = trackAttempts({ store, errors, onTrack() {} });
    let tries = 0;
    for (const id of ["a", "b"])
      running.track(id, Promise.resolve(() => {
        tries += 1;
        throw new OperatorError("io_error", "no room for " + id, "df");
      }));
    await running.drain();
    tries = 0;
    for (let round = 0; round < 3; round++) running.update();
    console.log([...running.missions()].join(""), tries);`;
  const directory = scratch();
  mkdirSync(join(directory, "attempts"));
  const ended = await run([process.execPath, "-e", script, directory], { cwd: ROOT });
  expect(ended).toEqual({
    code: 0,
    stdout: "ab 6\n",
    stderr: "x: error: no room for a\nx: hint: df\n",
  });
});
