/**
 * A command that is wrapped behaves as it does bare.
 */
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "bun:test";
import * as v from "valibot";
import { JobRecord } from "../lib/schemas/job.ts";
import { type Behaviour, BEHAVIOURS } from "./tools/behaviours.ts";
import { command, FORMS, run, scratch } from "./tools/program.ts";

const here = scratch();
writeFileSync(join(here, "plain"), 'echo "plain: $#: $1: $2"\nexit 11\n');
chmodSync(join(here, "plain"), 0o755);
let count = 0;

/** Runs a behaviour, wrapped in `prefix`, and gives all that can be seen of it. */
async function observe(behaviour: Behaviour, prefix: readonly string[]) {
  const { argv, around = '"$@"', input = "", signal } = behaviour;
  // In the shell's place, so that a signal meets the command or what wraps it.
  const script = around === '"$@"' && behaviour.isToldByShell !== true ? 'exec "$@"' : around;
  const child = Bun.spawn(["sh", "-c", script, "sh", ...prefix, ...argv], {
    cwd: here,
    stdin: Buffer.from(input),
    stdout: "pipe",
    stderr: "pipe",
  });
  const [stdout, stderr, code] = await Promise.all([
    readAll(child.stdout, () => signal !== undefined && child.kill(signal)),
    child.stderr.text(),
    child.exited,
  ]);
  return { code, stdout, stderr: behaviour.isToldByShell === true ? "" : stderr };
}

async function readAll(output: ReadableStream<Uint8Array>, onReady: () => void): Promise<string> {
  let text = "";
  for await (const chunk of output) {
    if (text === "" && Buffer.from(chunk).toString().startsWith("ready")) onReady();
    text += Buffer.from(chunk).toString("latin1");
  }
  return text;
}

/** What cannot stay as it is when a flag is given. */
const EXCEPT: Readonly<Record<string, readonly string[]>> = {
  "--capture": ["writes in turn to both, as one"],
  "--timeout=1h": [
    "stays in its caller's process group",
    // The whole group gets it, and the shell tells how the program below it ended.
    ...["SIGTERM", "SIGHUP", "SIGQUIT"].map((signal) => `handles ${signal}`),
  ],
};
const WAYS: readonly (readonly [string, ...string[]])[] = [
  ...FORMS.map(
    (form): [string, string] => [form, ...command(form, "heartbeat")] as [string, string],
  ),
  ["lazarus-pit", ...command("executable", "lazarus-pit"), "heartbeat"],
];
const CASES = [
  ...WAYS.map((way) => [way, "--job=x"] as const),
  ...Object.keys(EXCEPT).map((flag) => [WAYS[1] ?? ["none"], flag] as const),
].map(([[form, ...start], flag]) => ({ form, start, flag }));

describe.each(CASES)("heartbeat run $flag ($form)", ({ start, flag }) => {
  const some = Object.entries(BEHAVIOURS).filter(([name]) => !EXCEPT[flag]?.includes(name));
  test.concurrent.each(some)("a command that %s does so", async (_, behaviour) => {
    const beats = join(here, `beats-${count++}`);
    const flags = [`--heartbeat-dir=${beats}`, ...new Set(["--job=x", flag])];
    const wrapper = [...start, "run", ...flags];
    const bare = await observe(behaviour, []);
    expect(await observe(behaviour, [...wrapper, "--"])).toEqual(bare);

    const text = readFileSync(join(beats, "x.last"), "utf8");
    const { signal, status, exit_code: code = -1 } = v.parse(JobRecord, JSON.parse(text));
    const expected = { status: code === 0 ? "ok" : "fail", signal: undefined, ...behaviour.record };
    expect({ status, signal }).toEqual(expected as never);
    if (behaviour.around === undefined) expect(code).toBe(bare.code);
  });
});

/** Runs a shell's script in which `"$@"` is a wrapped command. */
const wrappedIn = async (script: string, argv: readonly string[], env = {}) => {
  const wrapper = [...command("executable", "heartbeat"), "run", "--job=x"];
  const beats = `--heartbeat-dir=${join(here, `beats-${count++}`)}`;
  const { stdout, code } = await run(["sh", "-c", script, "sh", ...wrapper, beats, "--", ...argv], {
    env,
  });
  return { stdout, code };
};

test("a command ignores what its caller ignores, on a host whose env(1) cannot do that", async () => {
  const old = join(here, "old-env");
  mkdirSync(old);
  writeFileSync(join(old, "env"), "#!/bin/sh\necho no such option >&2\nexit 125\n", {
    mode: 0o755,
  });
  const env = { PATH: `${old}:${process.env["PATH"]}` };
  const script = 'trap "" HUP INT; "$@"';
  const shown = await wrappedIn(script, ["grep", "^SigIgn", "/proc/self/status"], env);
  expect(shown.code).toBe(0);
  const mask = BigInt(`0x${/[0-9a-f]{16}/.exec(shown.stdout)?.[0] ?? "0"}`);
  expect(mask & 3n).toBe(3n);
  for (const name of ["no-such-program", "./no/such/program"])
    expect((await wrappedIn(script, [name], env)).code).toBe(127);
  expect((await wrappedIn(script, ["/etc/passwd"], env)).code).toBe(126);
});

test("a command has the limit on open files that a start script has set", async () => {
  const start = 'ulimit -n 512; exec "$@"';
  const script = `ulimit -S -n 99; sh -c '${start}' sh "$@"; exit $?`;
  const shown = await wrappedIn(script, ["sh", "-c", "ulimit -S -n"]);
  expect(shown).toEqual({ stdout: "512\n", code: 0 });
});

test("there are forty behaviours and more", () => {
  expect(Object.keys(BEHAVIOURS).length).toBeGreaterThanOrEqual(40);
});
