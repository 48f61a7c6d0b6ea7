/**
 * `heartbeat run` as the first process of a container.
 */
import { join } from "node:path";
import { describe, expect, test } from "bun:test";
import { lacking } from "../tools/needs.ts";
import { command, FORMS, run, scratch } from "../tools/program.ts";

const here = scratch();
const lack = lacking("root", "unshare");

describe.each(FORMS)("heartbeat run as process 1 (%s)", (form) => {
  const contained = (script: string) => {
    const wrapper = [...command(form, "heartbeat"), "run", "--job=x"];
    const beats = `--heartbeat-dir=${join(here, form)}`;
    const container = ["unshare", "--pid", "--fork", "--kill-child", "--mount-proc"];
    return run([...container, ...wrapper, beats, "--", "sh", "-c", script]);
  };

  test.skipIf(lack !== "")(`leaves no orphan a zombie${lack}`, async () => {
    const orphan = "$(sh -c 'sleep 0.1 >/dev/null & echo $!')";
    const ended = await contained(
      `for n in 1 2 3; do all="$all ${orphan}"; done
       for each in $all; do while [ -e "/proc/$each" ]; do sleep 0.05; done; done
       echo gone; exit 7`,
    );
    expect(ended).toEqual({ code: 7, stdout: "gone\n", stderr: "" });
  });

  test.skipIf(lack !== "")(`passes a signal on, and keeps the exit code${lack}`, async () => {
    const ended = await contained(
      "trap 'echo got; exit 9' TERM; kill -TERM 1; while :; do sleep 0.05; done",
    );
    expect(ended).toEqual({ code: 9, stdout: "got\n", stderr: "" });
  });
});
