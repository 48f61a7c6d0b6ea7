import { fstatSync, mkdirSync, openSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "bun:test";
import { version } from "../../package.json";
import type { Event } from "../../lib/contract/event.ts";
import { isJournal } from "../../lib/host/stdio/journal.ts";
import { eventStep, journalLine } from "../../lib/supervise/status/rules/journal-line.ts";
import { idOf, writeCell } from "../tools/cells.ts";
import { ID } from "../tools/facts.ts";
import { command, run } from "../tools/program.ts";
import { placeOf, rounds, stopDaemons, until } from "../tools/supervised.ts";

stopDaemons();

const base = { schema_version: 1, at: "2026-01-01T12:00:00.000Z" } as const;
const silent: Event = {
  ...base,
  event: "changed",
  mission_id: ID,
  title: "Fix\nit",
  from: "healthy",
  to: "stale",
  problems: [{ code: "heartbeat-old", path: "state/heartbeat.json", text: "no beat since noon" }],
};
const attempted: Event = { ...base, event: "attempted", mission_id: ID, attempt: 2 };

test.each<[string, Event, string]>([
  [
    "a death",
    { ...silent, event: "changed", lasted_seconds: 3660 },
    `<3>supervise: ${ID} "Fix\\u{a}it" was healthy for 1h 1m, is stale (heartbeat-old): no beat since noon; next: scan --explain ${ID}`,
  ],
  [
    "a recovery",
    { ...silent, event: "changed", from: "stale", to: "healthy", problems: [] },
    `<5>supervise: ${ID} "Fix\\u{a}it" was stale, is healthy`,
  ],
  [
    "an agent that is stuck",
    { ...silent, event: "stuck", problems: [{ code: "stuck", path: ".", text: "no progress" }] },
    `<4>supervise: ${ID} "Fix\\u{a}it" is stuck: no progress; next: scan --explain ${ID}`,
  ],
  [
    "a reminder",
    { ...silent, event: "reminder", from: "stale", lasted_seconds: 86_400 },
    `<3>supervise: ${ID} "Fix\\u{a}it" has been stale (heartbeat-old) for 1d: no beat since noon; next: scan --explain ${ID}`,
  ],
  [
    "a full disk",
    { ...base, event: "suspect", cause: "disk-full", reason: "the disk is full", cells: 3 },
    "<3>supervise: suspicion disk-full: the disk is full; next: free space or inodes on that file system (df, df -i)",
  ],
  [
    "the end of a suspicion",
    { ...base, event: "suspect-over", cause: "starved" },
    "<5>supervise: suspicion starved is over",
  ],
  [
    "a failed attempt",
    { ...attempted, exit_code: 3, signal: null, timed_out: false },
    `<4>supervise: ${ID} attempt 2 ended with 3; next: supervise history ${ID}`,
  ],
  [
    "an attempt that could not start",
    { ...attempted, exit_code: null, signal: null, timed_out: false, reason: "no such program" },
    `<4>supervise: ${ID} attempt 2 failed: no such program; next: supervise history ${ID}`,
  ],
  [
    "a mission that was given up",
    { ...base, event: "gave-up", mission_id: ID, until: base.at, reason: "2 attempts in 45s" },
    `<3>supervise: ${ID} is given up until ${base.at}: 2 attempts in 45s; next: supervise history ${ID}, then supervise release ${ID}`,
  ],
  [
    "an attempt that worked",
    { ...attempted, exit_code: 0, signal: null, timed_out: false },
    `<5>supervise: ${ID} attempt 2 ended with 0`,
  ],
  [
    "a lost root",
    { ...base, event: "root-lost", reason: "no such directory" },
    "<3>supervise: the root cannot be listed: no such directory; next: mount it, or correct root in the configuration",
  ],
])("%s is one line of the journal", (_, event, line) => {
  expect(journalLine(event, true)).toBe(`${line}\n`);
  expect(journalLine(event, false)).toBe(`${line.slice(3)}\n`);
});

test("a daemon starts with what it is and does, and a restart tells nothing that was told", async () => {
  const place = placeOf();
  place.configure({
    notify: { ...place.TELL, routes: [{ name: "pager", command: ["true"] }] },
    revive: [{ command: place.DO, match: { codes: ["crashed"] } }],
  });
  writeCell(place.root, ID, { age: 60 });
  mkdirSync(join(place.root, idOf(2)));
  const first = place.start("executable");
  await until(() => place.told().length === 1);
  await first.stop();
  const second = place.start("executable");
  await rounds(place, 3);
  const { stderr } = await second.stop();
  expect(stderr).toBe(
    `supervise: version ${version} watches "${place.root}" every 1 s; state in "${place.here}/state"; revives by 1 policy; notifies default, pager\n`,
  );
  expect(place.told()).toHaveLength(1);
});

test("the journal is the stream that systemd names, and no other", () => {
  const fd = openSync("/dev/null", "r");
  const { dev, ino } = fstatSync(fd);
  const before = process.env["JOURNAL_STREAM"];
  try {
    for (const [named, isIt] of [
      [`${dev}:${ino}`, true],
      [`${dev}:${ino + 1}`, false],
      ["", false],
    ] as const) {
      process.env["JOURNAL_STREAM"] = named;
      expect(isJournal(fd)).toBe(isIt);
    }
    delete process.env["JOURNAL_STREAM"];
    expect(isJournal(fd)).toBe(false);
  } finally {
    if (before !== undefined) process.env["JOURNAL_STREAM"] = before;
  }
});

test("where only lazarus-pit is installed, the commands in messages and reasons start with it", async () => {
  const place = placeOf({ revive: [{ command: ["true"] }] });
  place.configure({ notify: place.TELL, revive: [{ command: ["true"] }] });
  writeCell(place.root, ID, { age: 60 });
  const supervise = [...command("executable", "lazarus-pit"), "supervise"];
  await run([...supervise, "--once", "--config", place.config]);
  const [message] = place.told();
  expect(message?.events[0]?.next).toBe(
    `lazarus-pit scan --explain ${ID} --config ${place.config}`,
  );
  await run([...supervise, "hold", "--config", place.config]);
  const { stdout } = await run([...supervise, "--plan", "--config", place.config]);
  expect(stdout).toContain(`type: lazarus-pit supervise resume --config ${place.config}\n`);
});

test("each command in an event's next step has the flags of its daemon", () => {
  const [config, cells] = [" --config /c", " --config /c --root /m"];
  const flags = { prefix: "lazarus-pit ", config, cells, store: cells };
  const next = (event: Event["event"]) => eventStep({ ...base, event, mission_id: ID }, flags);
  expect(next("quarantined")).toEndWith(`lazarus-pit supervise release ${ID}${cells}`);
  // A scan of the fleet has no root.
  const restored = eventStep({ ...base, event: "fleet-restored" }, flags);
  expect(restored).toEndWith(": lazarus-pit scan --fleet --config /c");
});
