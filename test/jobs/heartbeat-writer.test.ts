import { chmodSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "bun:test";
import { command, FORMS, run, scratch } from "../tools/program.ts";
import { refusalOf, refused } from "../tools/refusal.ts";

const here = scratch();
const beats = join(here, "beats");

describe.each(FORMS)("heartbeat_writer (%s)", (form) => {
  const record = join(here, `record-${form}`);
  const config = join(here, `config-${form}.json`);
  const call = ["--job=backup", "--config", config];
  const writer = (...argv: string[]) =>
    writeFileSync(config, JSON.stringify({ heartbeat_dir: beats, heartbeat_writer: argv }));

  test("gets the record on its stdin, and nothing else is written", async () => {
    writer("sh", "-c", 'cat >"$0"', record);
    const { code, stdout, stderr } = await run([...command(form, "heartbeat"), ...call, "--json"]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(JSON.parse(readFileSync(record, "utf8"))).toEqual(JSON.parse(stdout));
    expect(existsSync(beats)).toBe(false);
  });

  test("that fails is reported with its output, and exits 69", async () => {
    writer("sh", "-c", 'printf "no \\033[31mroom\\n" >&2; exit 3');
    expect(await refused(form, "heartbeat", call)).toEqual({
      code: 69,
      message: 'Cannot write the job record: "sh" ended with 3: no \\u{1b}[31mroom',
      hint: "check heartbeat_writer in: lazarus-pit config",
    });
  });

  test.each([
    ["is not in PATH", "no-such-writer", "it is not installed"],
    ["does not exist", "/nowhere/writer", "it is not installed"],
    ["may not be run", config, "it may not be run"],
  ])("that %s is told, and exits 69", async (_, program, why) => {
    writer(program);
    chmodSync(config, 0o644);
    expect(await refused(form, "heartbeat", call)).toEqual({
      code: 69,
      message: `Cannot run ${program}: ${why}`,
      hint: `install ${program}, or correct its path`,
    });
  });

  test("comes from the environment and from a flag as well", async () => {
    const argv = JSON.stringify(["sh", "-c", 'cat >"$0"', `${record}-2`]);
    const heartbeat = [...command(form, "heartbeat"), "--job=backup"];
    const env = { LAZARUS_PIT_HEARTBEAT_WRITER: argv };
    expect(await run(heartbeat, { env })).toMatchObject({ code: 0 });
    expect(await run([...heartbeat, `--heartbeat-writer=${argv}`])).toMatchObject({ code: 0 });
    expect(JSON.parse(readFileSync(`${record}-2`, "utf8"))).toMatchObject({ job: "backup" });
  });

  test("that does not read its stdin is not a failure", async () => {
    writer("true");
    expect(await run([...command(form, "heartbeat"), ...call])).toMatchObject({ code: 0 });
  });

  test("that leaves a process in the background is not waited for", async () => {
    const pid = `${record}.pid`;
    writer("sh", "-c", 'cat >"$0"; sleep 600 & echo $! >"$1"; echo left >&2; exit 4', record, pid);
    const ended = await run([...command(form, "heartbeat"), ...call]);
    expect(refusalOf("heartbeat", ended).message).toEndWith('"sh" ended with 4: left');
    const left = Number(readFileSync(pid, "utf8"));
    expect(existsSync(`/proc/${left}`)).toBe(true);
    process.kill(left, "SIGKILL");
  });
});
