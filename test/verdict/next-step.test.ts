import { describe, expect, test } from "bun:test";
import { ProblemCode } from "../../lib/contract/report.ts";
import { nextStep } from "../../lib/verdict/next-step.ts";
import type { Row } from "../../lib/verdict/rows.ts";
import { PROGRAMS } from "../../lib/dev/build.ts";
import { idOf } from "../tools/cells.ts";

const cellWith = (code: ProblemCode) => ({
  mission_id: idOf(1),
  attention: "critical" as const,
  mission_status: "active" as const,
  problems: [{ code }],
});
const stepFor = (code: ProblemCode, place = {}) => nextStep(cellWith(code), "incomplete", place);

describe.each(ProblemCode.options)("the next step for %s", (code) => {
  test("is one line, without what only this code knows", () => {
    const step = stepFor(code) ?? "";
    expect(step).toMatch(/^[^\n{}]{20,160}$/);
    expect(step).not.toMatch(/\bID\b|[.]$/);
  });

  test("names the root in each command", () => {
    const step = stepFor(code, { root: "/srv/my cells", prefix: "lazarus-pit " }) ?? "";
    const commands = PROGRAMS.filter((program) => step.includes(`${program} ${idOf(1)}`));
    const typed = commands.length + Number(step.includes(`run ${idOf(1)}`));
    expect(step.split("--root '/srv/my cells'").length - 1).toBe(typed);
    expect(step.split("lazarus-pit ").length - 1).toBe(typed);
  });
});

test.each([
  [undefined, ""],
  ["/var/missions", ""],
  ["/srv/m", " --root /srv/m"],
])("the root %p is named as %p, before the command that is run", (root, flag) => {
  const step = nextStep(cellWith("never-beat"), "never-beat", { root });
  expect(step).toContain(`heartbeat run ${idOf(1)}${flag} -- COMMAND`);
});

test("an agent that said that it was done is not restarted first", () => {
  const done = { ...cellWith("exited"), state: "done" };
  const step = `if its work is done, type mission ${idOf(1)} complete; else restart the agent`;
  expect(nextStep(done, "exited")).toBe(step);
  expect(nextStep({ ...done, state: "exiting" }, "exited")).toStartWith("restart the agent");
  const three = { ...done, progress: { done: 3, total: 10 } };
  expect(nextStep(three, "exited")).toStartWith("restart the agent");
});

test("there is none where nothing is to be done", () => {
  expect(nextStep({ ...cellWith("stuck"), attention: "note" }, "healthy")).toBeUndefined();
  const failed = { ...cellWith("stuck"), problems: [], mission_status: "failed" as const };
  expect(nextStep(failed, "resting")).toContain(`mission ${idOf(1)} acknowledge`);
  const bare = { ...cellWith("absent"), problems: [] };
  const empty = nextStep(bare, "uninitialized" satisfies Row);
  expect(empty).toContain(`init-cell ${idOf(1)} --repair`);
  // A cell may have a file system of its own, which is not mounted now.
  expect(empty).toStartWith("mount what belongs there");
});
