/**
 * `npm run quickstart`: a cell, a beat and a scan under ./missions, then what to type next.
 *
 * @module
 */
import { mkdirSync } from "node:fs";
import { join } from "node:path";

const ROOT = join(import.meta.dir, "../..");
const MISSIONS = "missions";

mkdirSync(join(ROOT, MISSIONS), { recursive: true });
const id = run("init-cell", "--title", "My first mission").trim();
run("heartbeat", id, "--state", "working", "--message", "hello");
run("scan");

console.log(`
Next, from this directory:
  npx bun bin/scan.ts --root ./${MISSIONS} --explain ${id}
  npx bun bin/heartbeat.ts ${id} --root ./${MISSIONS} --activity "a long build" --expect 30m
  npx bun bin/mission.ts ${id} pause --root ./${MISSIONS}
  npm run build      # standalone executables in dist/`);

/** Shows a command, runs it as the shell would, and gives what it printed. */
function run(script: string, ...args: readonly string[]): string {
  const shown = args.map((arg) => (/^[\w./:=-]+$/.test(arg) ? arg : `"${arg}"`));
  console.log(["$ npx bun", `bin/${script}.ts`, "--root", `./${MISSIONS}`, ...shown].join(" "));
  const argv = [process.execPath, `bin/${script}.ts`, "--root", `./${MISSIONS}`, ...args];
  const { exitCode, stdout } = Bun.spawnSync(argv, {
    cwd: ROOT,
    stdout: "pipe",
    stderr: "inherit",
  });
  const text = stdout.toString();
  process.stdout.write(`${text.trimEnd()}\n\n`);
  if (exitCode !== 0) process.exit(exitCode);
  return text;
}
