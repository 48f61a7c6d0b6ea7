import { mkdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "bun:test";
import * as v from "valibot";
import { Message } from "../lib/schemas/event.ts";
import { idOf, writeCell } from "./tools/cells.ts";
import { FORMS } from "./tools/program.ts";
import { namesIn, placeOf, stopDaemons, until } from "./tools/supervised.ts";

stopDaemons();
const ID = idOf(1);

describe.each(FORMS)("supervise tells (%s)", (form) => {
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

  test.concurrent("only after as many looks as were asked for agree", async () => {
    const place = placeOf({ fire_after: 4, stale_after_seconds: 600 });
    writeCell(place.root, ID);
    place.start(form);
    await until(() => place.report().summary.healthy === 1);
    writeCell(place.root, ID, { age: 700 });
    await until(() => place.report().summary.stale === 1);
    const seen = Date.parse(place.report().generated_at);
    await until(() => place.events().length === 1);
    expect(Date.parse(place.events()[0]?.at ?? "") - seen).toBeGreaterThan(2000);
  });

  test.concurrent(
    "of a mass of silent cells in one message, and does nothing for them",
    async () => {
      const place = placeOf();
      place.configure({ notify: place.TELL, fire_after: 2, revive: [{ command: place.DO }] });
      for (let n = 1; n <= 8; n++) writeCell(place.root, idOf(n));
      place.start(form);
      await until(() => place.told().length > 0);
      await Bun.sleep(5000);
      expect(place.told()).toMatchObject([
        { observer_suspect: true, events: [{ event: "observer-suspect", cells: 8 }] },
      ]);
      expect(place.events().filter(({ event }) => event === "changed")).toHaveLength(8);
      expect(place.done()).toEqual([]);
    },
  );

  test.concurrent(
    "in one message what one round found, a hundred events of it at most",
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
    "without a hook that hangs delaying a round, and ends it after its time",
    async () => {
      const place = placeOf();
      const marks = join(place.here, "marks");
      mkdirSync(marks);
      const command = ["sh", "-c", `cat >/dev/null; mktemp -p ${marks}; sleep 60`];
      place.configure({ notify: { command, timeout_seconds: 3 } });
      writeCell(place.root, ID, { age: 60 });
      const daemon = place.start(form);
      await until(() => namesIn(marks).length === 1);
      const before = Date.parse(place.report().generated_at);
      await until(() => Date.parse(place.report().generated_at) >= before + 2000);
      writeCell(place.root, ID);
      await until(() => daemon.said().includes("took more than 3 s and was ended"));
      await until(() => namesIn(marks).length > 1);
      const { code, tookMs } = await daemon.stop();
      expect(code).toBe(0);
      expect(tookMs).toBeLessThan(8000);
    },
  );

  test.concurrent.each([
    ["fails", ["sh", "-c", "echo no luck; exit 3"], "sh ended with 3: no luck"],
    ["is not there", ["/nowhere/hook"], "/nowhere/hook"],
  ])("on stderr when its hook %s", async (_, command, why) => {
    const place = placeOf({ notify: { command } });
    writeCell(place.root, ID, { age: 60 });
    const { code, stderr } = await place.call(form, "--once");
    expect({ code, stderr }).toMatchObject({ code: 0, stderr: expect.stringContaining(why) });
    expect(place.events()).toHaveLength(1);
  });
});

test("the event log is put aside when it has grown, and history still reads it", async () => {
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
  expect(stdout).toContain("changed new to stale");
  expect(stdout).toContain("changed stale to healthy");
});
