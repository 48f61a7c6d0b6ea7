import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "bun:test";
import * as v from "valibot";
import { Message } from "../../lib/contract/event.ts";
import { idOf, writeCell } from "../tools/cells.ts";
import { ONE_FORM } from "../tools/program.ts";
import { namesIn, placeOf, rounds, stopDaemons, until } from "../tools/supervised.ts";

stopDaemons();
const ID = idOf(1);

describe.each(ONE_FORM)("supervise notifies (%s)", (form) => {
  test.concurrent("of each change once, with how long the status before had lasted", async () => {
    const place = placeOf();
    place.configure({ notify: place.TELL, stale_after_seconds: 600 });
    writeCell(place.root, ID, { title: "one" });
    place.start(form);
    await until(() => place.report().summary.healthy === 1);
    writeCell(place.root, ID, { title: "one", age: 700 });
    await until(() => place.told().length === 1);
    writeCell(place.root, ID, { title: "one" });
    await until(() => place.told().length === 2);
    expect(place.told().every((message) => v.is(Message, message))).toBe(true);
    expect(place.told()[0]).toMatchObject({
      root: place.root,
      observer_suspect: false,
      summary: { total: 1, stale: 1 },
      more: 0,
      events: [
        {
          event: "changed",
          mission_id: ID,
          title: "one",
          from: "healthy",
          to: "stale",
          problems: [{ code: "heartbeat-old" }],
          lasted_seconds: expect.any(Number),
        },
      ],
    });
    expect(place.told()[1]?.events).toMatchObject([{ from: "stale", to: "healthy" }]);
    expect(place.events()).toEqual(place.told().flatMap(({ events }) => events));
  });

  test.concurrent(
    "of what a round found at once, and ends while it waits for the next",
    async () => {
      // The next round is an hour away, so the message comes from the first one.
      const place = placeOf();
      place.configure({ notify: place.TELL, scan_interval_seconds: 3600 });
      writeCell(place.root, ID, { age: 60 });
      const daemon = place.start(form);
      await until(() => place.told().length === 1);
      expect(place.told()[0]).toMatchObject({ events: [{ mission_id: ID, to: "stale" }] });
      expect(place.told()[0]?.at).toBe(place.report().generated_at);
      // A daemon that handled SIGTERM only in its next round would be killed, and have another code.
      expect(await daemon.stop()).toMatchObject({ code: 0 });
    },
  );

  test.concurrent("of a cell that is gone, and of a new one only when it is sick", async () => {
    const place = placeOf();
    place.configure({ notify: place.TELL, stale_after_seconds: 600 });
    writeCell(place.root, ID);
    place.start(form);
    await until(() => place.report().summary.total === 1);
    rmSync(join(place.root, ID), { recursive: true });
    await until(() => place.events().length === 1);
    writeCell(place.root, idOf(2));
    mkdirSync(join(place.root, idOf(3)));
    await until(() => place.events().length === 2);
    expect(place.events()).toMatchObject([
      { mission_id: ID, from: "healthy", to: null },
      { mission_id: idOf(3), from: null, to: "uninitialized" },
    ]);
  });

  test.concurrent("only after fire_after rounds agree", async () => {
    const place = placeOf({ fire_after: 4, stale_after_seconds: 600 });
    writeCell(place.root, ID);
    place.start(form);
    await until(() => place.report().summary.healthy === 1);
    const silent = Date.now();
    writeCell(place.root, ID, { age: 700 });
    await until(() => place.events().length === 1);
    // From the first of four looks to the last there are three intervals.
    expect(Date.parse(place.events()[0]?.at ?? "") - silent).toBeGreaterThan(2900);
  });

  test.concurrent("of many silent cells in one message, and revives none of them", async () => {
    const place = placeOf();
    place.configure({ notify: place.TELL, fire_after: 2, revive: [{ command: place.DO }] });
    for (let n = 1; n <= 8; n++) writeCell(place.root, idOf(n));
    place.start(form);
    await until(() => place.told().length > 0);
    // By then a single silent cell would have been revived.
    await until(() => place.report().cells.every(({ age_seconds: age }) => (age ?? 0) > 5));
    await rounds(place);
    expect(place.told()).toMatchObject([
      {
        observer_suspect: true,
        suspicion: { cause: "mass-silence" },
        events: [{ event: "suspect", cells: 8 }],
      },
    ]);
    expect(place.events().filter(({ event }) => event === "changed")).toHaveLength(8);
    expect(place.done()).toEqual([]);
  });

  test.concurrent(
    "of a round's events in one message, with at most a hundred of them",
    async () => {
      const place = placeOf();
      place.configure({ notify: place.TELL });
      for (let n = 1; n <= 120; n++) mkdirSync(join(place.root, idOf(n)));
      expect(await place.call(form, "--once")).toMatchObject({ code: 0 });
      expect(place.told()).toHaveLength(1);
      expect(place.told()[0]).toMatchObject({ more: 20 });
      expect(place.told()[0]?.events).toHaveLength(100);
    },
  );

  test.concurrent(
    "without delay of rounds when the command hangs, and kills it after its timeout",
    async () => {
      const place = placeOf();
      const marks = join(place.here, "marks");
      mkdirSync(marks);
      const command = ["sh", "-c", `cat >/dev/null; mktemp -p ${marks}; sleep 60`];
      place.configure({ notify: { command, timeout_seconds: 15 } });
      writeCell(place.root, ID, { age: 60 });
      const daemon = place.start(form);
      await until(() => namesIn(marks).length === 1);
      await rounds(place);
      expect(daemon.said()).toStartWith(place.MADE);
      expect(daemon.said()).not.toContain("notify");
      writeCell(place.root, ID);
      await until(() => daemon.said().includes("timed out after 15 s"));
      await until(() => namesIn(marks).length > 1);
      expect(await daemon.stop()).toMatchObject({ code: 0 });
    },
  );

  test.concurrent.each([
    ["fails", ["sh", "-c", "echo no luck; exit 3"], "sh ended with 3: no luck"],
    ["is not there", ["/nowhere/hook"], "/nowhere/hook"],
  ])("on stderr when the command %s", async (_, command, why) => {
    const place = placeOf({ notify: { command } });
    writeCell(place.root, ID, { age: 60 });
    const { code, stderr } = await place.call(form, "--once");
    expect({ code, stderr }).toMatchObject({ code: 0, stderr: expect.stringContaining(why) });
    expect(place.events()).toHaveLength(1);
  });
});

test("the event log keeps four files of older events, and drops what is older still", async () => {
  const place = placeOf();
  // An order is an event.
  await place.call("executable", "hold");
  const log = join(place.folder, "events.ndjson");
  const MOST = 4 * 1024 * 1024;
  for (let age = 0; age < 7; age++) {
    writeFileSync(log, `${age}${"x".repeat(MOST)}`);
    expect(await place.call("executable", "hold")).toMatchObject({ code: 0 });
  }
  const kept = namesIn(place.folder).filter((name) => name.startsWith("events.ndjson"));
  expect(kept.toSorted()).toEqual([
    "events.ndjson",
    ...[1, 2, 3, 4].map((age) => `events.ndjson.${age}`),
  ]);
  const oldest = [1, 2, 3, 4].map((age) => readFileSync(`${log}.${age}`, "utf8")[0]);
  expect(oldest).toEqual(["6", "5", "4", "3"]);
});

test("memory.json has the cells that exist, and no others", async () => {
  const place = placeOf();
  const memory = () =>
    Object.keys(
      (JSON.parse(readFileSync(join(place.folder, "memory.json"), "utf8")) as { cells: object })
        .cells,
    );
  for (const n of [1, 2, 3]) writeCell(place.root, idOf(n));
  await place.call("executable", "--once");
  expect(memory()).toHaveLength(3);
  for (const n of [1, 2]) rmSync(join(place.root, idOf(n)), { recursive: true });
  await place.call("executable", "--once");
  expect(memory()).toEqual([idOf(3)]);
});

test("a large event log is rotated, and history still reads it", async () => {
  const place = placeOf();
  writeCell(place.root, ID, { age: 60 });
  await place.call("executable", "--once");
  const log = join(place.folder, "events.ndjson");
  writeFileSync(log, "x".repeat(4 * 1024 * 1024), { flag: "a" });
  writeCell(place.root, ID);
  await place.call("executable", "--once");
  expect(place.events()).toMatchObject([{ from: "stale", to: "healthy" }]);
  expect(statSync(`${log}.1`).size).toBeGreaterThan(4 * 1024 * 1024);
  const { stdout } = await place.call("executable", "history", ID);
  expect(stdout).toContain("now stale, first seen");
  expect(stdout).toContain("now healthy, was stale");
});
