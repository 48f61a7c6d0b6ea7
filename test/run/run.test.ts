/**
 * A wrapped command behaves as it does without the wrapper.
 */
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { kill } from "node:process";
import { describe, expect, test } from "bun:test";
import * as v from "valibot";
import { JobRecord } from "../../lib/contract/job.ts";
import { signalsIn, UNCATCHABLE_IN_BUN } from "../../lib/run/rules/signal-table.ts";
import { eventually } from "../tools/background.ts";
import { type Behaviour, BEHAVIOURS } from "../tools/behaviours.ts";
import { lacking } from "../tools/needs.ts";
import { PYTHON } from "../tools/python.ts";
import { command, FORMS, run, scratch } from "../tools/program.ts";

const here = scratch();
writeFileSync(join(here, "plain"), 'echo "plain: $#: $1: $2"\nexit 11\n');
chmodSync(join(here, "plain"), 0o755);
writeFileSync(join(here, "binary"), "\u007FELF\0not for this machine", { mode: 0o755 });
let count = 0;

/** Runs a behaviour, wrapped in `prefix`, and returns everything observable. */
async function observe(behaviour: Behaviour, prefix: readonly string[]) {
  const { argv, around = '"$@"', input = "", signal, isForGroup = false } = behaviour;
  // In the shell's place, so that a signal meets the command or what wraps it.
  const script = around === '"$@"' && behaviour.isToldByShell !== true ? 'exec "$@"' : around;
  const child = Bun.spawn(["sh", "-c", script, "sh", ...prefix, ...argv], {
    cwd: here,
    stdin: Buffer.from(input),
    stdout: "pipe",
    stderr: "pipe",
    detached: true,
  });
  const isWrapped = prefix.length > 0;
  const send = async () => {
    if (signal === undefined) return;
    // The wrapper handles these a moment after the start, and later on a busy machine.
    if (isWrapped && UNCATCHABLE_IN_BUN.includes(Number(signal)))
      await eventually(() => catches(child.pid, LAST_HANDLED) || undefined);
    kill(isForGroup ? -child.pid : child.pid, signal);
  };
  const [stdout, stderr, code] = await Promise.all([
    readAll(child.stdout, send),
    child.stderr.text(),
    child.exited,
  ]);
  return { code, stdout, stderr: behaviour.isToldByShell === true ? "" : stderr };
}

/** The last signal for which the wrapper sets a handler. Bun has handlers of its own for SIGABRT and SIGPWR. */
const LAST_HANDLED = UNCATCHABLE_IN_BUN.at(-1) ?? 0;

/** True if the process has a handler for the signal. */
function catches(pid: number, signal: number): boolean {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  return signalsIn(/^SigCgt:\s*([0-9a-f]+)$/m.exec(status)?.[1] ?? "0").includes(signal);
}

async function readAll(
  output: ReadableStream<Uint8Array>,
  onReady: () => Promise<void>,
): Promise<string> {
  let text = "";
  for await (const chunk of output) {
    if (text === "" && Buffer.from(chunk).toString().startsWith("ready")) await onReady();
    text += Buffer.from(chunk).toString("latin1");
  }
  return text;
}

/** A wrapper: its form, its command line, and a flag. */
interface Wrapped {
  readonly form: string;
  readonly start: readonly string[];
  readonly flag: string;
}

/** The behaviours that a flag cannot preserve. */
const EXCEPT: Readonly<Record<string, readonly string[]>> = {
  "--capture": [
    "writes in turn to both, as one",
    // Its first write to the pipe succeeds.
    "outlives the reader of its output",
  ],
  "--timeout=1h": ["stays in its caller's process group"],
};
const CASES = [
  ...FORMS.map((form) => [form, "--job=x"] as const),
  ...Object.keys(EXCEPT).map((flag) => ["executable", flag] as const),
].map(([form, flag]): Wrapped => ({ form, start: command(form, "heartbeat"), flag }));

type Observed = Awaited<ReturnType<typeof observe>>;
const bareOnes = new Map<Behaviour, Promise<Observed>>();

/** What a command does without a wrapper: seen once, and compared with every wrapper. */
function observeBare(behaviour: Behaviour): Promise<Observed> {
  const observed = bareOnes.get(behaviour) ?? observe(behaviour, []);
  bareOnes.set(behaviour, observed);
  return observed;
}

/** Compares a command behind a wrapper with the bare one, and with its record. */
async function checkSame(wrapped: Wrapped, behaviour: Behaviour): Promise<void> {
  const beats = join(here, `beats-${count++}`);
  const flags = [`--heartbeat-dir=${beats}`, ...new Set(["--job=x", wrapped.flag])];
  const wrapper = [...wrapped.start, "run", ...flags];
  const bare = await observeBare(behaviour);
  expect(await observe(behaviour, [...wrapper, "--"])).toEqual(bare);

  const text = readFileSync(join(beats, "x.last"), "utf8");
  const { signal, status, exit_code: code = -1 } = v.parse(JobRecord, JSON.parse(text));
  const expected = { status: code === 0 ? "ok" : "fail", signal: undefined, ...behaviour.record };
  expect({ status, signal }).toEqual(expected as never);
  if (behaviour.around === undefined) expect(code).toBe(bare.code);
}

const lack = lacking("python3");

describe.each(CASES)("heartbeat run $flag ($form)", (wrapped) => {
  const some = Object.entries(BEHAVIOURS).filter(([name]) => !EXCEPT[wrapped.flag]?.includes(name));
  const counting = some.filter(([, { argv }]) => argv[0] === PYTHON);
  test.concurrent.each(some.filter((each) => !counting.includes(each)))(
    "a command that %s does so",
    (_, behaviour) => checkSame(wrapped, behaviour),
  );
  describe.skipIf(lack !== "")(`signals, counted${lack}`, () => {
    test.concurrent.each(counting)("a command that %s does so", (_, behaviour) =>
      checkSame(wrapped, behaviour),
    );
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

test("a command ignores its caller's ignored signals on a host whose env(1) cannot do that", async () => {
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

test("there are a hundred behaviours and more", () => {
  expect(Object.keys(BEHAVIOURS).length).toBeGreaterThanOrEqual(100);
});
