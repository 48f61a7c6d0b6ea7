import { describe, expect, test } from "bun:test";
import type { Event } from "../../lib/contract/event.ts";
import type { NotifyRoute } from "../../lib/contract/notify.ts";
import type { Report, ReportCell, Suspicion } from "../../lib/contract/report.ts";
import { isRouted } from "../../lib/supervise/notify/rules/route.ts";
import { describeEvent } from "../../lib/supervise/status/rules/described-event.ts";
import { SERIOUS_CAUSES } from "../../lib/supervise/status/rules/event-attention.ts";
import {
  nextNotifications,
  type SuspicionNotifications,
} from "../../lib/supervise/status/rules/suspicion-notifications.ts";
import {
  newCell,
  updateCell,
  withRaised,
} from "../../lib/supervise/status/rules/cell-notifications.ts";
import { loadSettings } from "../../lib/cli/settings.ts";
import { openStatusMemory, type StatusMemory } from "../../lib/supervise/status/status-memory.ts";
import type { RoundSuspicions } from "../../lib/supervise/status/rules/suspicions.ts";
import { openStore } from "../../lib/supervise/store/store.ts";
import { storePathsOf } from "../../lib/host/files/state-dir.ts";
import { ID, NOON } from "../tools/facts.ts";
import { placeOf, stopDaemons } from "../tools/supervised.ts";

const ONCE = { fire_after: 1, clear_after: 1, remind_after_seconds: 3600 };
const DISK: Suspicion = { cause: "disk-full", text: "the disk is full" };

const at = (seconds: number) => new Date(NOON.getTime() + 1000 * seconds).toISOString();

/** A cell of a report: healthy without a code. */
const cellOf = (code?: string, more: object = {}): ReportCell =>
  ({
    mission_id: ID,
    title: "one",
    status: code === undefined ? "healthy" : "stale",
    attention: code === undefined ? "none" : "critical",
    state: "working",
    evidence: { process: null, exit: null, host: null },
    problems: code === undefined ? [] : [{ code, path: ".", text: code }],
    ...more,
  }) as ReportCell;

/** Watches a cell: each call is a round, a minute after the last, and returns its events. */
function watch(settings = ONCE) {
  let remembered = newCell(at(0));
  let round = 0;
  return (cell: ReportCell | undefined, cover?: Suspicion) => {
    round += 1;
    const suspicions = { covers: () => cover, coveringAll: undefined };
    const time = { round, at: at(60 * round) };
    const told = updateCell(remembered, { id: ID, cell, settings, suspicions, ...time });
    remembered = told.remembered;
    const names = (events: typeof told.log) =>
      events.map(({ event, from, to }) => `${event} ${from}>${to}`);
    return { log: names(told.log), notify: names(told.notify) };
  };
}

/** What a route of critical events hears of a cell, round by round; `raised` is told after the first. */
function heardBy(rounds: readonly (ReportCell | undefined)[], raised?: Event): string[] {
  const route = { name: "pager", match: { labels: {}, attention: "critical" } } as NotifyRoute;
  let remembered = newCell(at(0));
  return rounds.flatMap((cell, n) => {
    if (n === 1 && raised !== undefined) remembered = withRaised(remembered, raised);
    const suspicions = { covers: () => undefined, coveringAll: undefined };
    const time = { round: n + 1, at: at(60 * n) };
    const told = updateCell(remembered, { id: ID, cell, settings: ONCE, suspicions, ...time });
    remembered = told.remembered;
    const events = told.notify.map((event) => describeEvent(event, SURROUNDINGS));
    return events.filter((each) => isRouted(each, route)).map(({ event, to }) => `${event} ${to}`);
  });
}
const SURROUNDINGS = { id: "", cell: undefined, publicUrl: undefined };

stopDaemons();

describe("a route of critical events hears the end of what it was told", () => {
  const WARNING = { attention: "warning" };
  const lost = cellOf("heartbeat-old");

  test("of a cell that flapped", () => {
    const unsteady = Array.from({ length: 10 }, (_, n) => (n % 2 === 0 ? lost : cellOf()));
    const heard = heardBy([...unsteady, ...Array.from({ length: 40 }, () => cellOf())]);
    expect(heard.slice(-2)).toEqual(["flapping stale", "steady healthy"]);
  });

  test("of a cell that was given up, over a restart of the daemon", () => {
    const place = placeOf();
    const settings = loadSettings({ config: place.config });
    const store = openStore(storePathsOf(settings), NOON, () => {});
    const suspicions = { active: [], covers: () => undefined, coveringAll: undefined } as unknown;
    const see = (memory: StatusMemory, cell: ReportCell) =>
      memory.update(
        { generated_at: at(0), cells: [cell] } as unknown as Report,
        suspicions as RoundSuspicions,
        settings,
      );
    const before = openStatusMemory(store, NOON);
    for (let n = 0; n < 3; n++) see(before, cellOf("exited", WARNING));
    before.noteNotified([{ schema_version: 1, at: at(1), event: "gave-up", mission_id: ID }]);
    before.save([], []);
    const memory = openStatusMemory(store, NOON);
    const told = Array.from({ length: 4 }, () => see(memory, cellOf()).notify).flat();
    expect(told).toMatchObject([{ to: "healthy", attention_before: "critical" }]);
  });

  test("of a reminder, though the finding is only a warning", () => {
    const stuck = cellOf("stuck");
    const heard = heardBy([cellOf("stuck", WARNING), ...Array(70).fill(stuck), cellOf(), cellOf()]);
    expect(heard).toEqual(["reminder stale", "changed healthy"]);
  });

  test("of a cell that was given up", () => {
    const gaveUp: Event = { schema_version: 1, at: at(1), event: "gave-up", mission_id: ID };
    const rounds = [cellOf("exited", WARNING), cellOf("exited", WARNING), cellOf(), cellOf()];
    expect(heardBy(rounds)).toEqual([]);
    expect(heardBy(rounds, gaveUp)).toEqual(["changed healthy"]);
  });

  test("of each cause that is told again while it lasts", () => {
    for (const cause of SERIOUS_CAUSES) {
      const over: Event = { schema_version: 1, at: at(0), event: "suspect-over", cause };
      expect(describeEvent(over, SURROUNDINGS).attention_before).toBe("critical");
    }
    expect(SERIOUS_CAUSES).toContain("starved");
  });
});

test("an operator is told of two agents in one healthy cell, and of their end", () => {
  const look = watch();
  look(cellOf());
  const two = cellOf("two-writers", { status: "healthy", attention: "warning" });
  expect(look(two).notify).toEqual(["changed healthy>healthy"]);
  expect(look(two).notify).toEqual([]);
  expect(look(cellOf()).notify).toEqual(["changed healthy>healthy"]);
  expect(look(cellOf()).notify).toEqual([]);
});

test("a recovery is told, also when a suspicion covered the change before it", () => {
  const look = watch();
  look(cellOf("heartbeat-old"));
  const waiting = cellOf(undefined, { state: "waiting" });
  expect(look(waiting, DISK).notify).toEqual([]);
  expect(look(cellOf()).notify).toEqual(["changed healthy>healthy"]);
});

/** What is told of a cell that stays as it is, within a reminder's time and a little more. */
function toldOf(cell: ReportCell): string[] {
  const look = watch();
  return Array.from({ length: 70 }, () => look(cell).notify).flat();
}

describe("what an operator is told of a cell", () => {
  test("is each change once, in the log as well", () => {
    const look = watch();
    expect(look(cellOf())).toEqual({ log: [], notify: [] });
    const change = ["changed healthy>stale"];
    expect(look(cellOf("heartbeat-old"))).toEqual({ log: change, notify: change });
    expect(look(cellOf("heartbeat-old"))).toEqual({ log: [], notify: [] });
    expect(look(cellOf()).notify).toEqual(["changed stale>healthy"]);
    expect(look(undefined).notify).toEqual(["changed healthy>null"]);
  });

  test("is also what decided it, within one status", () => {
    const look = watch();
    look(cellOf());
    expect(look(cellOf("heartbeat-old")).notify).toEqual(["changed healthy>stale"]);
    expect(look(cellOf("process-gone")).notify).toEqual(["changed stale>stale"]);
    expect(look(cellOf("stuck")).notify).toEqual(["stuck stale>stale"]);
  });

  test("is that an agent waits, and not that it goes on", () => {
    const look = watch();
    look(cellOf());
    expect(look(cellOf(undefined, { state: "waiting" })).notify).toEqual([
      "waiting healthy>healthy",
    ]);
    expect(look(cellOf())).toEqual({ log: [], notify: [] });
  });

  test("is that it is silent though its process runs", () => {
    const look = watch();
    look(cellOf());
    const alive = { evidence: { process: "alive" } };
    expect(look(cellOf("heartbeat-old", alive)).notify).toEqual([
      "silent-but-running healthy>stale",
    ]);
    expect(look(cellOf("heartbeat-old")).notify).toEqual(["changed stale>stale"]);
  });

  test("is nothing that a suspicion covers, and everything once it covers no more", () => {
    const look = watch();
    look(cellOf());
    const change = ["changed healthy>stale"];
    expect(look(cellOf("heartbeat-old"), DISK)).toEqual({ log: change, notify: [] });
    expect(look(cellOf("heartbeat-old"), DISK).notify).toEqual([]);
    expect(look(cellOf("heartbeat-old")).notify).toEqual(change);
    expect(look(cellOf("heartbeat-old")).notify).toEqual([]);
  });

  test("is nothing of a cell that came back while a suspicion covered it", () => {
    const look = watch({ ...ONCE, clear_after: 2 });
    look(cellOf());
    look(cellOf());
    expect(look(cellOf("heartbeat-old"), DISK).notify).toEqual([]);
    // Healthy, but not yet confirmed: nothing to tell either.
    expect(look(cellOf()).notify).toEqual([]);
    expect(look(cellOf())).toEqual({ log: ["changed stale>healthy"], notify: [] });
  });

  test("is told again while it stays critical, and never without a reminder's time", () => {
    const told = (settings: typeof ONCE) => {
      const look = watch(settings);
      return Array.from({ length: 130 }, () => look(cellOf("heartbeat-old")).notify).flat();
    };
    expect(told(ONCE)).toEqual([
      "changed null>stale",
      "reminder stale>stale",
      "reminder stale>stale",
    ]);
    expect(told({ ...ONCE, remind_after_seconds: 0 })).toEqual(["changed null>stale"]);
  });

  test("is told again of a silent agent whose process runs, and of nothing but a warning", () => {
    const running = cellOf("heartbeat-old", { evidence: { process: "alive" } });
    expect(toldOf(running)).toEqual(["silent-but-running null>stale", "reminder stale>stale"]);
    expect(toldOf(cellOf("exited", { attention: "warning" }))).toEqual(["changed null>stale"]);
  });

  test("is not told again while a suspicion covers it", () => {
    const look = watch();
    look(cellOf("heartbeat-old"));
    for (let n = 0; n < 130; n++) expect(look(cellOf("heartbeat-old"), DISK).notify).toEqual([]);
  });
});

/** The events of each round, a minute apart. */
function news(...rounds: readonly (readonly Suspicion[])[]): string[][] {
  let known: SuspicionNotifications = {};
  const settings = { fire_after: 2, clear_after: 2, remind_after_seconds: 86_400 };
  return rounds.map((active, n) => {
    const next = nextNotifications(known, { at: at(60 * n), active, covered: 3, settings });
    // As in memory.json.
    known = JSON.parse(JSON.stringify(next.notified)) as SuspicionNotifications;
    return next.events.map(({ event, cause }) => `${event} ${cause}`);
  });
}

describe("what an operator is told of suspicions", () => {
  const MASS: Suspicion = { cause: "mass-silence", text: "5 of 5" };
  const STEP: Suspicion = { cause: "clock-step", text: "the clock was set" };

  test("is each once, by its name, and its end", () => {
    expect(news([STEP], [STEP], [], [])).toEqual([
      ["suspect clock-step"],
      [],
      ["suspect-over clock-step"],
      [],
    ]);
  });

  test("is a coincidence only once several rounds agree on it", () => {
    expect(news([MASS], [], [MASS], [MASS], [], [MASS], [], [])).toEqual([
      [],
      [],
      [],
      ["suspect mass-silence"],
      [],
      [],
      [],
      ["suspect-over mass-silence"],
    ]);
  });

  test("is told again each day of a disk that stays full, and of no other", () => {
    const day = 24 * 60;
    const full = news(...Array.from({ length: 2 * day + 2 }, () => [DISK, STEP])).flat();
    expect(full.toSorted()).toEqual([
      "reminder disk-full",
      "reminder disk-full",
      "suspect clock-step",
      "suspect disk-full",
    ]);
  });
});
