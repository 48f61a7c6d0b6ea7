/** The rows that rest on more than the age of a beat, and what else is reported about them. */
import { describe, expect, test } from "bun:test";
import type { ProcessWitness } from "../../lib/contract/facts.ts";
import type { Heartbeat } from "../../lib/contract/heartbeat.ts";
import { classify } from "../../lib/verdict/classify.ts";
import { explain } from "../../lib/verdict/explain.ts";
import { explanationText } from "../../lib/verdict/explanation-text.ts";
import { reportCell } from "../../lib/verdict/report.ts";
import { type Changes, factsOf, NOON, LIMITS } from "../tools/facts.ts";

const at = (secondsAgo: number): string =>
  new Date(NOON.getTime() - 1000 * secondsAgo).toISOString();
const PROCESS = { pid: 77, boot_id: "b" };
const alive: ProcessWitness = { seen: "alive" };
const gone: ProcessWitness = { seen: "gone" };
const hidden: ProcessWitness = { seen: "unknown", why: "it is hidden" };
const booted = (uptimeSeconds: number): ProcessWitness => ({ seen: "other-boot", uptimeSeconds });

const LONG = "x".repeat(60_000);
/** A valid timestamp: RFC 3339 allows any number of digits. */
const LONG_TIME = `2026-01-01T11:59:59.${"9".repeat(60_000)}Z`;

interface Situation extends Changes {
  readonly process?: ProcessWitness;
  /** Seconds before noon at which the heartbeat's file was written. */
  readonly fileAge?: number;
}

const beatOf = (fields: Partial<Heartbeat>): Pick<Situation, "heartbeat"> => ({
  heartbeat: fields,
});

function factsFor({ process, fileAge, ...changes }: Situation) {
  const facts = factsOf(changes);
  const { heartbeat } = facts;
  const writtenMs = NOON.getTime() - 1000 * (fileAge ?? changes.age ?? 0);
  if (heartbeat.outcome !== "read") return facts;
  const value = process === undefined ? heartbeat.value : { ...heartbeat.value, process: PROCESS };
  return { ...facts, processWitness: process, heartbeat: { ...heartbeat, value, writtenMs } };
}
const judge = (situation: Situation) => classify(factsFor(situation), LIMITS, NOON);

describe("the row, and the attention that it needs", () => {
  // [what, situation, row, attention]
  test.each<readonly [string, Situation, string, string]>([
    ["a command that failed", beatOf({ exit: { code: 139, at: at(1) } }), "crashed", "critical"],
    [
      "a command that was killed",
      beatOf({ exit: { signal: "SIGKILL", at: at(1) } }),
      "crashed",
      "critical",
    ],
    [
      "an agent whose process ended before the clock was set back",
      { process: gone, age: -3600 },
      "process-gone",
      "critical",
    ],
    [
      "an agent whose process may just have ended, by a clock that is a little ahead",
      { process: gone, age: -30 },
      "healthy",
      "none",
    ],
    [
      "another agent whose beat lies in the year 9999",
      beatOf({ other_writer: { at: "9999-01-01T00:00:00Z", pid: 1 } }),
      "healthy",
      "none",
    ],
    ["a command that ended well", beatOf({ exit: { code: 0, at: at(1) } }), "exited", "warning"],
    [
      "a command that an operator stopped through its wrapper",
      beatOf({ exit: { signal: "SIGTERM", at: at(1), forwarded: true } }),
      "exited",
      "warning",
    ],
    [
      "a command that failed in a paused mission",
      { ...beatOf({ exit: { code: 1, at: at(1) } }), mission: { status: "paused" } },
      "resting",
      "none",
    ],
    ["an agent that said that it exits", beatOf({ state: "exiting" }), "exited", "warning"],
    ["a process that is gone", { process: gone, age: 5 }, "process-gone", "critical"],
    [
      "a process that is gone, beside a beat of just now",
      { process: gone, age: 4 },
      "healthy",
      "none",
    ],
    ["a process that lives", { process: alive, age: 5 }, "healthy", "none"],
    ["a process that is hidden", { process: hidden, age: 5 }, "healthy", "none"],
    ["a silent process that lives", { process: alive, age: 301 }, "heartbeat-old", "critical"],
    ["a boot since the beat", { process: booted(100), age: 301 }, "process-gone", "critical"],
    [
      "a boot since the beat, within the limit",
      { process: booted(100), age: 300 },
      "healthy",
      "none",
    ],
    [
      "a beat of another boot while this one lasted",
      { process: booted(302), age: 301 },
      "heartbeat-old",
      "critical",
    ],
    ["a stuck agent", beatOf({ state: "stuck" }), "stuck", "warning"],
    [
      "an agent that is stuck for an hour",
      beatOf({ state: "stuck", state_since: at(3601) }),
      "stuck",
      "critical",
    ],
    [
      "a stuck agent that fell silent",
      { ...beatOf({ state: "stuck" }), age: 301 },
      "heartbeat-old",
      "critical",
    ],
    [
      "an agent that said that it was done, and fell silent",
      { ...beatOf({ state: "done" }), age: 301 },
      "exited",
      "warning",
    ],
    [
      "an agent that said that it was done, and whose process is gone",
      { ...beatOf({ state: "done" }), process: gone, age: 5 },
      "exited",
      "warning",
    ],
    [
      "an agent that said that it was done before a boot",
      { ...beatOf({ state: "done" }), process: booted(100), age: 301 },
      "exited",
      "warning",
    ],
    [
      "an agent that said that it was done, and still runs in silence",
      { ...beatOf({ state: "done" }), process: alive, age: 301 },
      "heartbeat-old",
      "critical",
    ],
    [
      "an agent that said that it was done, and is stopped",
      { ...beatOf({ state: "done" }), process: { seen: "alive", isStopped: true }, age: 301 },
      "heartbeat-old",
      "critical",
    ],
    [
      "an agent that said that it was done, and whose process is hidden",
      { ...beatOf({ state: "done" }), process: hidden, age: 301 },
      "exited",
      "warning",
    ],
    [
      "an agent that said that it had succeeded, with all of its work done",
      { ...beatOf({ state: "succeeded", progress: { done: 10, total: 10 } }), age: 301 },
      "exited",
      "warning",
    ],
    [
      "an agent that completed three steps of ten",
      { ...beatOf({ state: "completed", progress: { done: 3, total: 10 } }), age: 301 },
      "heartbeat-old",
      "critical",
    ],
    [
      "an agent that completed a step, and whose process is gone",
      {
        ...beatOf({ state: "completed", progress: { done: 3, total: 10 } }),
        process: gone,
        age: 5,
      },
      "process-gone",
      "critical",
    ],
    [
      "an agent that finished something and began an activity",
      {
        ...beatOf({ state: "finished", activity: { what: "build", expect_seconds: 1 } }),
        age: 302,
      },
      "heartbeat-old",
      "critical",
    ],
    [
      "an agent whose trap wrote that it exited, which says nothing about success",
      { ...beatOf({ state: "exited" }), age: 301 },
      "heartbeat-old",
      "critical",
    ],
    [
      "an agent with hooks that is stuck, and beats at the next event only",
      { ...beatOf({ state: "stuck", on_events: true }), age: 3600 },
      "stuck",
      "warning",
    ],
    [
      "an agent with hooks that is stuck for an hour",
      { ...beatOf({ state: "stuck", on_events: true }), age: 3601 },
      "stuck",
      "critical",
    ],
    [
      "an agent with hooks that is stuck, and whose process is gone",
      { ...beatOf({ state: "stuck", on_events: true }), process: gone, age: 5 },
      "process-gone",
      "critical",
    ],
    [
      "an agent that said that it was done, and goes on",
      { ...beatOf({ state: "completed" }), age: 300 },
      "healthy",
      "none",
    ],
    [
      "an agent that said that it failed, and fell silent",
      { ...beatOf({ state: "failed" }), age: 301 },
      "heartbeat-old",
      "critical",
    ],
    ["an agent that waits", beatOf({ state: "waiting" }), "waiting", "note"],
    [
      "an agent that waits in silence",
      { ...beatOf({ state: "waiting" }), age: 86_400 },
      "waiting",
      "note",
    ],
    [
      "an agent that waited for too long",
      { ...beatOf({ state: "waiting" }), age: 86_401 },
      "heartbeat-old",
      "critical",
    ],
    [
      "an agent whose wait has ended",
      { ...beatOf({ state: "waiting", until: at(1) }), age: 1000 },
      "heartbeat-old",
      "critical",
    ],
    [
      "an agent whose wait has ended just now, and that beats",
      { ...beatOf({ state: "waiting", until: at(1) }), age: 300 },
      "waiting",
      "note",
    ],
    [
      "an agent that says over and over again that it waits",
      { ...beatOf({ state: "waiting", state_since: at(86_401) }), age: 301 },
      "heartbeat-old",
      "critical",
    ],
    [
      "an idle agent with hooks",
      { ...beatOf({ state: "idle", on_events: true }), age: 9999 },
      "idle",
      "none",
    ],
    [
      "an agent that is idle for more than a day",
      { ...beatOf({ state: "idle", on_events: true }), age: 86_401 },
      "idle",
      "note",
    ],
    [
      "an idle agent with hooks whose process is gone",
      { ...beatOf({ state: "idle", on_events: true }), process: gone, age: 9999 },
      "process-gone",
      "critical",
    ],
    [
      "an idle agent without hooks",
      { ...beatOf({ state: "idle" }), age: 301 },
      "heartbeat-old",
      "critical",
    ],
    [
      "a mission that was resumed just now",
      { mission: { status: "active", updated_at: at(300) }, age: 9999 },
      "healthy",
      "none",
    ],
    [
      "a mission that was resumed longer ago than its limit",
      { mission: { status: "active", updated_at: at(301) }, age: 9999 },
      "heartbeat-old",
      "critical",
    ],
    [
      "a resume in the future",
      { mission: { status: "active", updated_at: at(-1) }, age: 9999 },
      "heartbeat-old",
      "critical",
    ],
    ["a failed mission", { mission: { status: "failed" } }, "resting", "warning"],
    [
      "a failed mission that someone has acknowledged",
      { mission: { status: "failed", acknowledged_at: at(1) } },
      "resting",
      "none",
    ],
    [
      "a seed that grew old",
      { ...beatOf({ state: "initialized", seq: 0 }), age: 301 },
      "never-beat",
      "warning",
    ],
    ["a beat ahead of the clock", { age: -61 }, "heartbeat-ahead", "warning"],
  ])("%s", (_, situation, row, attention) => {
    expect(judge(situation)).toMatchObject({ row, attention });
  });
});

const besideOther = (secondsAgo: number) =>
  beatOf({ other_writer: { host_name: "there", pid: 5, at: at(secondsAgo) } });

test.each<readonly [string, Situation, string | null]>([
  ["within the limit", { process: booted(100), age: 300 }, "unknown"],
  ["past the limit, so that its end is known", { process: booted(100), age: 301 }, "gone"],
  [
    "past the limit, in a boot that is older than the beat",
    { process: booted(302), age: 301 },
    "unknown",
  ],
  ["that no beat vouches for", {}, null],
])("the evidence of a process of another boot %s", (_, situation, process) => {
  const facts = factsFor(situation);
  expect(reportCell(facts, judge(situation)).evidence.process).toBe(process as never);
});

describe("two writers", () => {
  test("are reported for a cell that is healthy otherwise", () => {
    const { status, attention, problems } = judge(besideOther(300));
    expect({ status, attention }).toEqual({ status: "healthy", attention: "warning" });
    expect(problems).toMatchObject([
      {
        code: "two-writers",
        text: 'another agent beats in this cell as well: process 5 on "there"',
      },
    ]);
  });

  test("are no longer reported once the other is silent", () => {
    expect(judge(besideOther(301)).problems).toEqual([]);
  });
});

const stampText = (age: number, fileAge: number) => judge({ age, fileAge }).problems[0]?.text ?? "";

describe("a beat that is stamped in another time zone", () => {
  test.each([
    [5 * 3600, "5h behind"],
    [-8 * 3600, "8h ahead of"],
    [5.75 * 3600, "5h 45m behind"],
  ])("%p seconds off says so", (age, how) => {
    expect(stampText(age, 2)).toContain("stamped in another time zone, or by a clock");
    expect(stampText(age, 2)).toContain(how);
  });

  test.each([
    ["a file that is old itself", 5 * 3600, 5 * 3600],
    ["an old file whose stamp is off as well", 6 * 3600, 3600],
    ["half a quarter of an hour off", 5 * 3600 + 450, 2],
    ["further off than any zone", 15 * 3600, 2],
  ])("%s does not", (_, age, fileAge) => {
    expect(stampText(age, fileAge)).toStartWith("no beat since");
  });
});

describe("the text of a problem", () => {
  test.each<readonly [Situation, string]>([
    [
      beatOf({ exit: { code: 139, at: at(1) } }),
      "its command ended at 2026-01-01T11:59:59.000Z with exit code 139 (as a shell reports SIGSEGV: it crashed)",
    ],
    [
      beatOf({ exit: { signal: "SIGKILL", at: at(1) } }),
      "its command ended at 2026-01-01T11:59:59.000Z by SIGKILL (killed, as by the kernel when memory runs out)",
    ],
    [
      beatOf({ exit: { signal: "constructor", at: at(1) } }),
      "its command ended at 2026-01-01T11:59:59.000Z by constructor",
    ],
    [
      beatOf({ exit: { code: 2, at: at(1) } }),
      "its command ended at 2026-01-01T11:59:59.000Z with exit code 2",
    ],
    [
      { process: { seen: "alive", isStopped: true }, age: 600 },
      "no beat since 2026-01-01T11:50:00.000Z: the limit is 5m; its process 77 is stopped, as by Ctrl-Z: to go on, type fg in its terminal, or kill -CONT 77",
    ],
    [
      {
        ...beatOf({ runner: { pid: 70, boot_id: "b" } }),
        process: { seen: "alive", isStopped: true },
        age: 600,
      },
      "no beat since 2026-01-01T11:50:00.000Z: the limit is 5m; its process 77 is stopped, as by Ctrl-Z: to go on, type fg in its terminal, or kill -CONT 70",
    ],
    [
      { ...beatOf({ state: "done" }), process: gone, age: 600 },
      'the agent reported at 2026-01-01T11:50:00.000Z that it was "done", and its process 77 is gone',
    ],
    [
      { ...beatOf({ state: "done" }), process: booted(100), age: 600 },
      'the agent reported at 2026-01-01T11:50:00.000Z that it was "done", and this host has booted since',
    ],
    [
      { ...beatOf({ state: "done" }), process: hidden, age: 600 },
      'the agent reported at 2026-01-01T11:50:00.000Z that it was "done", and has been silent since; whether its process 77 runs is unknown: it is hidden',
    ],
    [
      beatOf({ state: "stuck", on_events: true, message: "its turn ended by an error: unknown" }),
      "the agent is reported as stuck: its turn ended by an error: unknown",
    ],
    [beatOf({ state: "stuck", message: "3 of 10" }), "the agent is reported as stuck"],
    [
      { ...beatOf({ state: "done" }), age: 600 },
      'the agent reported at 2026-01-01T11:50:00.000Z that it was "done", and has been silent since',
    ],
    [
      beatOf({ exit: { signal: "SIGTERM", at: at(1), forwarded: true } }),
      "its command ended at 2026-01-01T11:59:59.000Z by SIGTERM, which heartbeat run had forwarded",
    ],
    [
      beatOf({ exit: { code: 143, at: at(1), forwarded: true } }),
      "its command ended at 2026-01-01T11:59:59.000Z with exit code 143, after a signal that heartbeat run had forwarded",
    ],
    [
      { process: gone, age: 60 },
      "process 77, for which the last beat at 2026-01-01T11:59:00.000Z vouches, is gone",
    ],
    [
      { process: alive, age: 600 },
      "no beat since 2026-01-01T11:50:00.000Z: the limit is 5m; its process 77 still runs",
    ],
    [
      { process: hidden, age: 600 },
      "no beat since 2026-01-01T11:50:00.000Z: the limit is 5m; whether its process 77 runs is unknown: it is hidden",
    ],
    [
      { process: booted(700), age: 600 },
      "no beat since 2026-01-01T11:50:00.000Z: the limit is 5m; whether its process 77 runs is unknown: its beat names another boot, as of a clone of this host, or of another host with its name",
    ],
    [
      { ...beatOf({ activity: { what: "build", expect_seconds: 60 } }), age: 600 },
      'no beat since 2026-01-01T11:50:00.000Z: the limit is 6m; "build" was expected to take 1m',
    ],
    [
      { mission: { status: "active", updated_at: at(600) }, age: 9999 },
      "no beat since 2026-01-01T11:50:00.000Z, when the mission became active: the limit is 5m",
    ],
  ])("%j", (situation, text) => {
    expect(judge(situation).problems[0]?.text).toBe(text);
  });
});

const explanationFor = (situation: Situation): string => {
  const facts = factsFor(situation);
  return explanationText(explain(facts, LIMITS, classify(facts, LIMITS, NOON)));
};

test.each<readonly [string, Situation, string]>([
  ["a recorded end", beatOf({ exit: { code: 0, at: at(1) } }), "decided   exited, by the exit"],
  ["an announced end", beatOf({ state: "exiting" }), "decided   exited, by the beat"],
  ["an end after work", { ...beatOf({ state: "done" }), age: 301 }, "complete; else restart"],
])("the explanation of %s says what decided and what is next", (_, situation, text) => {
  expect(explanationFor(situation)).toContain(text);
});

test.each<readonly [string, Situation]>([
  ["the time of an exit", beatOf({ exit: { code: 1, at: LONG_TIME } })],
  ["the signal of an exit", beatOf({ exit: { signal: LONG, at: at(1) } })],
  ["why it got stuck", beatOf({ state: "stuck", on_events: true, message: LONG })],
  ["when it got stuck", beatOf({ state: "stuck", state_since: LONG_TIME })],
  ["until when it waits", beatOf({ state: "waiting", until: LONG_TIME, message: LONG })],
  ["its host", { ...beatOf({ host: LONG }), age: 600 }],
  ["its activity", { ...beatOf({ activity: { what: LONG, expect_seconds: 1 } }), age: 600 }],
  ["another writer", beatOf({ other_writer: { at: at(1), host_name: LONG } })],
])("however long an agent writes %s, report and explanation stay short", (_, situation) => {
  const facts = factsFor(situation);
  const verdict = classify(facts, LIMITS, NOON);
  expect(JSON.stringify(reportCell(facts, verdict)).length).toBeLessThan(2500);
  expect(explanationText(explain(facts, LIMITS, verdict)).length).toBeLessThan(2500);
});

describe("an explanation", () => {
  test("prints every witness with what it said, and which one decided", () => {
    const text = explanationFor({ process: gone, age: 60 });
    expect(text).toContain("decided   process-gone, by the process: ");
    expect(text).toContain("  contract        10 of 10 parts are sound; mission active\n");
    expect(text).toContain(
      "  beat            2026-01-01T11:59:00.000Z, state working, age 60 s (1m)\n",
    );
    expect(text).toContain("  process         process 77: gone\n");
    expect(text).toContain("  exit            none recorded\n");
    expect(text).toContain(
      "  expectation     a beat has been expected since 2026-01-01T11:59:00.000Z, limit ",
    );
    expect(text).toContain("  host            h\n");
  });

  test("has no line that an agent wrote", () => {
    const forged = "x\nstatus    healthy";
    const waits = explanationFor(beatOf({ state: "waiting", message: forged, host: forged }));
    const crashed = explanationFor(beatOf({ exit: { signal: forged, at: at(1) } }));
    for (const text of [waits, crashed]) expect(text.match(/^status /gm)).toHaveLength(1);
  });

  test("says what a waiting agent waits for", () => {
    const text = explanationFor(beatOf({ state: "waiting", message: "deploy?", until: at(-60) }));
    expect(text).toContain(
      "note      the agent is waiting until 2026-01-01T12:01:00.000Z at most: deploy?\n",
    );
  });

  test("grants a wait no longer than the operator's limit, as the table does", () => {
    const text = explanationFor(beatOf({ state: "waiting", until: "9999-01-01T00:00:00Z" }));
    expect(text).toContain(
      "note      the agent is waiting until 2026-01-02T12:00:00.000Z at most\n",
    );
  });

  test.each([
    ["a reboot since", 100, "its beat was written before this host booted"],
    [
      "another boot of a host that was up",
      302,
      "unknown, its beat names another boot, as of a clone",
    ],
  ])("tells %s", (_, uptime, text) => {
    expect(explanationFor({ process: booted(uptime), age: 301 })).toContain(`process 77: ${text}`);
  });
});
