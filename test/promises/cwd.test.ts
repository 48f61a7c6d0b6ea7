/**
 * Promise 8: a program ignores what lies in its current directory. That may be an agent's worktree,
 * where Bun itself would run `preload` of a bunfig.toml and packages of a node_modules with the
 * caller's rights, and .env would set variables that the program obeys.
 *
 * strace shows every path that a program names. None may be in the hostile directory, even one that
 * would do no harm.
 */
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "bun:test";
import { idOf, writeCell } from "../tools/cells.ts";
import { lacking } from "../tools/needs.ts";
import { command, type Form, type Program, run, scratch } from "../tools/program.ts";
import { bodyOf } from "../tools/proposals.ts";

const ID = idOf(1);
const lack = lacking("strace");
const base = scratch();
const root = join(base, "missions");
const hostile = join(writeCell(root, ID), "worktree");
const marker = join(base, "marker");
const trace = join(base, "trace");
const body = join(base, "body.md");
writeFileSync(body, bodyOf({ repository: undefined, ref: undefined }));

const EVIL = `require("fs").writeFileSync(${JSON.stringify(marker)}, "ran");`;
const ENV = `LAZARUS_PIT_ROOT=/elsewhere\nLAZARUS_PIT_CONFIG=/elsewhere\nBUN_OPTIONS=--preload=./evil.ts\n`;
const PACKAGE = JSON.stringify({
  name: "evil",
  main: "index.js",
  browser: { citty: "./evil.ts", valibot: "./evil.ts" },
});
const FILES: Readonly<Record<string, string>> = {
  "evil.ts": EVIL,
  "bunfig.toml": 'preload = ["./evil.ts"]\n[run]\npreload = ["./evil.ts"]\n',
  ".env": ENV,
  ".env.local": ENV,
  ".env.development": ENV,
  ".env.production": ENV,
  "tsconfig.json": JSON.stringify({ compilerOptions: { paths: { "*": ["./evil.ts"] } } }),
  "package.json": PACKAGE,
  ".npmrc": "registry=http://127.0.0.1:1/\n",
  "jsconfig.json": JSON.stringify({ compilerOptions: { paths: { "*": ["./evil.ts"] } } }),
  "lazarus_pit.json": '{"root": "/elsewhere"}',
  "node_modules/citty/package.json": PACKAGE,
  "node_modules/citty/index.js": EVIL,
  "node_modules/valibot/package.json": PACKAGE,
  "node_modules/valibot/index.js": EVIL,
  "node_modules/.bin/bun": `#!/bin/sh\necho ran > ${marker}\n`,
};
for (const [name, text] of Object.entries(FILES)) {
  mkdirSync(join(hostile, name, ".."), { recursive: true });
  writeFileSync(join(hostile, name), text);
}
chmodSync(join(hostile, "node_modules/.bin/bun"), 0o755);

const CALLS: readonly (readonly [Program, string])[] = [
  ["init-cell", `${idOf(2)} --root ROOT --json`],
  ["mission", `${ID} --root ROOT`],
  ["scan", "--root ROOT --json"],
  ["heartbeat", "--root ROOT --json"],
  ["heartbeat", "run --root ROOT --job=x --heartbeat-dir=ROOT/beats --capture -- true"],
  ["heartbeat", "hook --root ROOT"],
  ["serve-health", "--root ROOT --listen=127.0.0.1:0"],
  ["supervise", `--once --root ROOT --state-dir ${join(base, "state")} --heartbeat-dir ${base}`],
  ["accept-proposals", `--body ${body} --root ROOT`],
  ["lazarus-pit", "config"],
  ["lazarus-pit", "scan --root ROOT --help"],
];

/** What strace shows of names in the hostile directory: by its path, or relative to it. */
async function namedThere(form: Form, program: Program, args: string): Promise<string[]> {
  const argv = [...command(form, program), ...args.replaceAll("ROOT", root).split(" ")];
  // A server is told to stop after it has scanned.
  const ending = program === "serve-health" ? ["timeout", "--preserve-status", "8"] : [];
  const strace = ["strace", "-f", "-qq", "-y", "-o", trace, "-e", "trace=file"];
  const { code, stderr } = await run([...strace, ...ending, ...argv], { cwd: hostile });
  expect({ code, stderr }).toMatchObject({ code: 0 });
  // With -y, the descriptor of a relative name shows its path: openat(5</the/directory>, "name".
  const [from, by] = [`<${hostile}>, "`, `"${hostile}/`];
  return readFileSync(trace, "utf8")
    .split("\n")
    .filter((line) => line.includes(by) || (line.includes(from) && !line.includes(`${from}/`)));
}

describe.skipIf(lack !== "")(`in a hostile directory${lack}`, () => {
  afterEach(() => rmSync(marker, { force: true }));

  test("a plain bun runs what it finds there", async () => {
    const script = join(base, "plain.ts");
    writeFileSync(script, "");
    await run(["bun", script], { cwd: hostile });
    expect(existsSync(marker)).toBe(true);
  });

  test.each(CALLS)("the executable %s %s names nothing there", async (program, args) => {
    expect(await namedThere("executable", program, args)).toEqual([]);
    expect(existsSync(marker)).toBe(false);
  });

  // bun itself always reads these two where it is started; they must have no effect.
  const READ_ONLY = /"(?:package|tsconfig)\.json"/;

  test.each(CALLS)("the script %s %s obeys nothing there", async (program, args) => {
    const named = await namedThere("script", program, args);
    expect(named.filter((line) => !READ_ONLY.test(line))).toEqual([]);
    expect(existsSync(marker)).toBe(false);
  });
});
