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

describe.each(FORMS)("heartbeat run (%s)", (form) => {
  test.each(Object.entries(BEHAVIOURS))("a command that %s does so", async (_, behaviour) => {
    const beats = join(here, `beats-${count++}`);
    const wrapper = [...command(form, "heartbeat"), "run", `--heartbeat-dir=${beats}`, "--job=x"];
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
