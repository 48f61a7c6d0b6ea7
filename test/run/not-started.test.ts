/**
 * What a run says about a command that could not be started.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "bun:test";
import { idOf } from "../tools/cells.ts";
import { command, FORMS, run, scratch } from "../tools/program.ts";
import { makePlace, runWrapped } from "../tools/wrapped.ts";

const here = scratch();
let count = 0;

describe.each(FORMS)("heartbeat run (%s)", (form) => {
  test.concurrent.each<readonly [string, string | undefined, number, string]>([
    ["a program that does not exist", undefined, 127, "command not found"],
    [
      "a script with the line ends of Windows",
      "#!/bin/sh\r\nexit 3\r\n",
      126,
      "its lines end in CR LF, so its interpreter is not found",
    ],
    [
      "a script without its interpreter",
      "#! /no/such -x\n",
      126,
      'its interpreter "/no/such" does not exist',
    ],
    [
      "a script that names its interpreter late in a long line",
      `#!${" ".repeat(200)}/no/such\n`,
      126,
      'its interpreter "/no/such" does not exist',
    ],
    ["a program of another machine", "\u007FELF\0", 126, "it is not a program for this machine"],
  ])("tells why %s does not start, and records it", async (_, text, code, why) => {
    const { places, record, beat } = makePlace(join(here, `root-${count++}`), idOf(1));
    const program = text === undefined ? "no-such-program" : join(here, `program-${count++}`);
    if (text !== undefined) writeFileSync(program, text, { mode: 0o755 });
    const ended = await runWrapped(form, [...places, idOf(1), "--job=x", "--", program]);
    const message = `Cannot run ${JSON.stringify(program)}: ${why}`;
    expect(ended).toEqual({ code, stdout: "", stderr: `heartbeat run: ${message}\n` });
    expect(record()).toMatchObject({ status: "fail", exit_code: code, message });
    expect(beat()).toMatchObject({ state: "exiting", message, exit: { code } });
    const shown = await run([...command(form, "scan"), "--jobs", ...places]);
    expect(shown.stdout).toContain(`failed: it ended with ${code}: ${message}`);
  });
});
