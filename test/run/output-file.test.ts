/**
 * The captured output of a job is in a file that only its user and root can read.
 */
import { mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "bun:test";
import { underUmask } from "../tools/privileges.ts";
import { command, FORMS, run, scratch } from "../tools/program.ts";
import { readRecord } from "../tools/wrapped.ts";

const here = scratch();
const PRINTED = "password=hunter2";
let count = 0;

function place() {
  const beats = join(here, `beats-${count++}`);
  mkdirSync(beats);
  const file = join(beats, "x.output");
  return { beats, file, mode: () => statSync(file).mode & 0o777 };
}

describe.each(FORMS)("heartbeat run --capture (%s)", (form) => {
  const prints = (beats: string, ...flags: string[]) => {
    const wrapper = [...command(form, "heartbeat"), "run", "--job=x", `--heartbeat-dir=${beats}`];
    return run([
      ...underUmask("000"),
      ...wrapper,
      "--capture",
      ...flags,
      "--",
      "sh",
      "-c",
      `echo ${PRINTED} >&2`,
    ]);
  };
  const ENDED = { code: 0, stdout: "", stderr: `${PRINTED}\n` };

  test("keeps the output out of the record, in a private file that the record names", async () => {
    const { beats, file, mode } = place();
    expect(await prints(beats)).toEqual(ENDED);
    expect(readFileSync(file, "utf8")).toBe(`${PRINTED}\n`);
    expect(mode()).toBe(0o600);
    expect(readRecord(beats, "x").output_file).toBe("x.output");
    expect(readFileSync(join(beats, "x.last"), "utf8")).not.toContain(PRINTED);
  });

  test("replaces a file that others can read, and follows no link", async () => {
    const [open, linked] = [place(), place()];
    writeFileSync(open.file, "earlier", { mode: 0o644 });
    const target = join(linked.beats, "target");
    writeFileSync(target, "untouched");
    symlinkSync(target, linked.file);
    for (const { beats, file, mode } of [open, linked]) {
      expect(await prints(beats)).toEqual(ENDED);
      expect(readFileSync(file, "utf8")).toBe(`${PRINTED}\n`);
      expect(mode()).toBe(0o600);
    }
    expect(readFileSync(target, "utf8")).toBe("untouched");
  });

  test("records the end, and reports it, if the file cannot be written", async () => {
    const { beats, file } = place();
    mkdirSync(file);
    const { code, stderr } = await prints(beats);
    expect(code).toBe(0);
    expect(stderr).toContain(`heartbeat run: Cannot write "${file}": `);
    const { status, output_file } = readRecord(beats, "x");
    expect({ status, output_file }).toEqual({ status: "ok", output_file: undefined });
  });

  test("lets a command go on that prints to a full disk, and keeps its output", async () => {
    const { beats, file } = place();
    // More than a pipe holds: a pipe that is closed after the first error kills seq.
    const script = "seq 100000 || exit 5; echo on >&2; exit 7";
    const wrapper = [...command(form, "heartbeat"), "run", "--job=x", `--heartbeat-dir=${beats}`];
    const argv = [...wrapper, "--capture", "--", "sh", "-c", script];
    const { code, stderr } = await run(["sh", "-c", 'exec "$@" >/dev/full', "sh", ...argv]);
    expect(code).toBe(7);
    const lost = "heartbeat run: Cannot forward the output: no space left on device (ENOSPC)";
    expect(stderr.trimEnd().split("\n").toSorted()).toEqual([lost, "on"]);
    expect(readFileSync(file, "utf8")).toContain("\n100000\n");
  });

  test("gives the output to a heartbeat_writer, which decides who can read it", async () => {
    const { beats, file } = place();
    const to = join(beats, "written");
    const writer = JSON.stringify(["sh", "-c", `cat >${to}`]);
    expect(await prints(beats, `--heartbeat-writer=${writer}`)).toEqual(ENDED);
    expect(JSON.parse(readFileSync(to, "utf8"))).toMatchObject({ output: `${PRINTED}\n` });
    expect(() => statSync(file)).toThrow();
  });
});
