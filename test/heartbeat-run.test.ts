/**
 * A command that is wrapped behaves as it does bare.
 */
import { chmodSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "bun:test";
import * as v from "valibot";
import { JobRecord } from "../lib/schemas/job.ts";
import { type Behaviour, BEHAVIOURS } from "./tools/behaviours.ts";
import { command, FORMS, scratch } from "./tools/program.ts";

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
  "--timeout=1h": ["stays in its caller's process group"],
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

test("there are forty behaviours and more", () => {
  expect(Object.keys(BEHAVIOURS).length).toBeGreaterThanOrEqual(40);
});
