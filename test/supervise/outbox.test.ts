/**
 * Notifications wait on disk until their receivers have taken them.
 */
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "bun:test";
import type { Event, Message } from "../../lib/contract/event.ts";
import type { Notify } from "../../lib/contract/notify.ts";
import { openRouteQueue, type RouteQueue } from "../../lib/supervise/notify/route-queue.ts";
import { startNotifier } from "../../lib/supervise/notify/notifier.ts";
import { waitingMessages } from "../../lib/supervise/notify/outbox.ts";
import { messageOf } from "../../lib/supervise/notify/rules/message.ts";
import { startErrorReporter } from "../../lib/supervise/store/error-reporter.ts";
import { storePathsOf } from "../../lib/host/files/state-dir.ts";
import { openStore } from "../../lib/supervise/store/store.ts";
import { idOf, writeCell } from "../tools/cells.ts";
import { namesIn, type Place, placeOf, rounds, stopDaemons, until } from "../tools/supervised.ts";

stopDaemons();

/** A receiver that takes messages only while it is up; each call leaves a mark. */
function receiverOf(place: Place) {
  const [up, told, calls] = ["up", "told", "calls"].map((name) => join(place.here, name)) as [
    string,
    string,
    string,
  ];
  mkdirSync(calls);
  return {
    command: ["sh", "-c", `mktemp -p ${calls} >/dev/null; [ -e ${up} ] && cat >>${told}`],
    calls: () => namesIn(calls).length,
    setUp: () => writeFileSync(up, ""),
    setDown: () => rmSync(up),
  };
}

const outbox = (place: Place, route = "default") =>
  namesIn(join(place.folder, "outbox", route)).filter((name) => /^\d+\.json$/.test(name));
const missionsOf = (messages: readonly Message[]) =>
  messages.flatMap(({ events }) => events.map(({ mission_id }) => mission_id));

const into = (path: string) => ["sh", "-c", `cat >>${path}`];
const eventsIn = (path: string) =>
  existsSync(path)
    ? readFileSync(path, "utf8")
        .trim()
        .split("\n")
        .flatMap((line) => (JSON.parse(line) as Message).events)
        .map(({ mission_id, to, attention }) => [mission_id, to, attention])
    : [];

describe("a receiver that is down", () => {
  test.concurrent(
    "gets every event later, in order, also of daemons that were killed",
    async () => {
      const place = placeOf();
      const receiver = receiverOf(place);
      place.configure({ notify: { command: receiver.command } });
      for (const n of [1, 2]) {
        writeCell(place.root, idOf(n), { title: `cell ${n}`, age: 60 });
        const daemon = place.start("executable");
        const before = receiver.calls();
        await until(() => outbox(place).length === n && receiver.calls() > before);
        daemon.signal("SIGKILL");
        await daemon.exited;
      }
      expect(place.told()).toEqual([]);
      writeCell(place.root, idOf(3), { title: "cell 3", age: 60 });
      const daemon = place.start("executable");
      await until(() => outbox(place).length === 3 && daemon.said().includes("kept"));
      receiver.setUp();
      await until(() => outbox(place).length === 0);
      expect(missionsOf(place.told())).toEqual([1, 2, 3].map(idOf));
      expect(place.told().map(({ sequence }) => sequence)).toEqual([1, 2, 3]);
      expect(new Set(place.told().map(({ id }) => id)).size).toBe(3);
      const { stderr } = await daemon.stop();
      expect(stderr).toContain("notify: default: sh ended with 1");
      expect(stderr).toContain("notify: default: works again");
      // It is told of each failure once, however often it is tried.
      expect(stderr.split("sh ended with 1")).toHaveLength(2);
    },
  );

  test.concurrent("gets what a single round could not pass on with the next one", async () => {
    const place = placeOf();
    const receiver = receiverOf(place);
    place.configure({ notify: { command: receiver.command } });
    writeCell(place.root, idOf(1), { age: 60 });
    expect(await place.call("executable", "--once")).toMatchObject({ code: 0 });
    receiver.setUp();
    expect(await place.call("executable", "--once")).toMatchObject({ code: 0, stderr: "" });
    expect(missionsOf(place.told())).toEqual([idOf(1)]);
    await place.call("executable", "--once");
    expect(place.told()).toHaveLength(1);
  });
});

test.concurrent("a receiver that hangs keeps no other from its messages", async () => {
  const place = placeOf();
  const hung = join(place.here, "hung");
  place.configure({
    notify: {
      ...place.TELL,
      routes: [{ name: "hangs", command: ["sh", "-c", `: >${hung}; sleep 300`] }],
    },
  });
  writeCell(place.root, idOf(1), { age: 60 });
  const daemon = place.start("executable");
  await until(() => place.told().length === 1 && existsSync(hung));
  writeCell(place.root, idOf(2), { age: 60 });
  await until(() => place.told().length === 2);
  await rounds(place);
  expect(outbox(place, "hangs")).toHaveLength(2);
  expect(await daemon.stop()).toMatchObject({ code: 0 });
  expect(outbox(place, "hangs")).toHaveLength(2);
});

test.concurrent("each route gets its events: by label, by attention, and their end", async () => {
  const place = placeOf();
  const [team, pager] = ["team", "pager"].map((name) => join(place.here, name)) as [string, string];
  place.configure({
    stale_after_seconds: 600,
    notify: {
      routes: [
        { name: "team-a", match: { labels: { team: "a" } }, command: into(team) },
        { name: "pager", match: { attention: "critical" }, command: into(pager) },
      ],
    },
  });
  const silent = { age: 700 };
  writeCell(place.root, idOf(1), { mission: { labels: { team: "a" } }, ...silent });
  writeCell(place.root, idOf(2), silent);
  mkdirSync(join(place.root, idOf(3)));
  const daemon = place.start("executable");
  await until(() => eventsIn(pager).length === 2 && eventsIn(team).length === 1);
  writeCell(place.root, idOf(2));
  await until(() => eventsIn(pager).length === 3);
  expect(eventsIn(team)).toEqual([[idOf(1), "stale", "critical"]]);
  expect(eventsIn(pager)).toEqual([
    [idOf(1), "stale", "critical"],
    [idOf(2), "stale", "critical"],
    [idOf(2), "healthy", "none"],
  ]);
  await daemon.stop();
});

test.concurrent("a message that its receiver refuses does not hold up the next one", async () => {
  const place = placeOf();
  const told = join(place.here, "told");
  const command = [
    "sh",
    "-c",
    `read -r line; case $line in *"cell 1"*) exit 65; esac; echo "$line" >>${told}`,
  ];
  place.configure({ notify: { command } });
  writeCell(place.root, idOf(1), { title: "cell 1", age: 60 });
  const { stderr } = await place.call("executable", "--once");
  expect(stderr).toContain("refused a message");
  writeCell(place.root, idOf(2), { title: "cell 2", age: 60 });
  await place.call("executable", "--once");
  expect(missionsOf(place.told())).toEqual([idOf(2)]);
});

test.concurrent(
  "messages for a route that is gone from the configuration are kept, and told of",
  async () => {
    const place = placeOf();
    const failing = { name: "old", command: ["false"] };
    place.configure({ notify: { routes: [failing] } });
    writeCell(place.root, idOf(1), { age: 60 });
    const daemon = place.start("executable");
    await until(() => outbox(place, "old").length === 1);
    place.configure({ notify: place.TELL });
    const told = "1 message waits for the route old";
    expect(daemon.said()).not.toContain(told);
    daemon.signal("SIGHUP");
    await until(() => daemon.said().includes(told));
    await daemon.stop();
    const { stderr } = await place.call("executable", "--once");
    expect(stderr).toContain(told);
    expect(outbox(place, "old")).toHaveLength(1);
  },
);

/** A queue in a store of its own; `open` opens it again, as a daemon that starts. */
function stage() {
  const place = placeOf();
  const store = openStore(
    storePathsOf({ root: place.root, state_dir: join(place.here, "state") }),
    new Date(),
    () => {},
  );
  const errors = startErrorReporter("test");
  const open = (unsent: readonly Message[] = []) => openRouteQueue({ store, errors }, "r", unsent);
  const directory = join(place.folder, "outbox", "r");
  return { place, store, errors, open, directory, away: `${directory}-away` };
}
const add = (queue: RouteQueue, text = "") =>
  queue.add((sequence, dropped) => message(sequence, dropped, text));
const sequenceOf = (text: string | undefined) =>
  text === undefined ? undefined : (JSON.parse(text) as Message).sequence;

describe("the queue of a route", () => {
  test("counts on after a restart, whatever was taken", () => {
    const { open } = stage();
    const queue = open();
    for (let n = 0; n < 3; n++) add(queue);
    queue.save();
    for (let n = 0; n < 3; n++) queue.remove("delivered");
    const next = open();
    expect(next.first()).toBeUndefined();
    add(next);
    expect(sequenceOf(next.first())).toBe(4);
  });

  test.each(["delivered", "refused"] as const)(
    "counts on after one that was %s, on disk or from memory, and has it no more",
    (end) => {
      const { open } = stage();
      const queue = open();
      add(queue);
      queue.save();
      queue.remove(end);
      const second = open();
      add(second);
      const unsent = second.unsaved();
      second.remove(end);
      second.save();
      const third = open(unsent);
      expect(third.first()).toBeUndefined();
      add(third);
      expect(sequenceOf(third.first())).toBe(3);
    },
  );

  test("keeps what cannot be read now, and records later what was taken meanwhile", () => {
    const { open, directory, away } = stage();
    const queue = open();
    for (let n = 0; n < 3; n++) add(queue);
    queue.save();
    renameSync(directory, away);
    expect(queue.first()).toBeUndefined();
    expect(queue.size()).toBe(3);
    queue.remove("delivered");
    renameSync(away, directory);
    expect(sequenceOf(queue.first())).toBe(2);
    queue.save();
    expect(sequenceOf(open().first())).toBe(2);
    rmSync(join(directory, "000000000002.json"));
    expect(sequenceOf(queue.first())).toBe(3);
  });

  test("of an outbox that could not be listed at first loses, repeats and renumbers no message", () => {
    const { open, directory, away } = stage();
    const first = open();
    for (let n = 0; n < 2; n++) add(first);
    first.save();
    renameSync(directory, away);
    // Reading it fails, as with an I/O error.
    writeFileSync(directory, "");
    const queue = open();
    add(queue, "new");
    expect(queue.first()).toBeUndefined();
    const unsent = queue.unsaved();
    expect(unsent).toMatchObject([{ sequence: 0 }]);
    rmSync(directory);
    renameSync(away, directory);
    for (const again of [open(unsent), queue]) {
      again.save();
      expect([again.size(), sequenceOf(again.first())]).toEqual([3, 1]);
    }
    // The same message, of a memory.json from before it had its number.
    expect(open(unsent).size()).toBe(3);
  });

  test("drops only what is in memory when there is too much of that, and counts it", () => {
    const { open, directory, store } = stage();
    const queue = open();
    for (let n = 1; n <= 50; n++) add(queue);
    queue.save();
    const away = `${directory}-away`;
    renameSync(directory, away);
    writeFileSync(directory, "");
    for (let n = 1; n <= 102; n++) add(queue);
    queue.save();
    rmSync(directory);
    renameSync(away, directory);
    expect(waitingMessages(store, "r")).toHaveLength(50);
    const unsaved = queue.unsaved();
    expect([unsaved.length, unsaved[0]?.sequence]).toEqual([100, 53]);
    expect(unsaved.slice(-3).map(({ dropped }) => dropped)).toEqual([0, 1, 1]);
  });

  test("has what only memory.json held, and nothing of that a second time", () => {
    const { open } = stage();
    const queue = open();
    add(queue);
    const unsent = queue.unsaved();
    // Killed before it was in the outbox.
    const second = open(unsent);
    expect(sequenceOf(second.first())).toBe(1);
    second.save();
    second.remove("delivered");
    // Killed before memory.json was written again.
    expect(open(unsent).first()).toBeUndefined();
  });

  test("drops the oldest but the first of more than a thousand, and says so in the message", () => {
    const { store, open, directory } = stage();
    let queue = open();
    add(queue);
    queue.save();
    for (let n = 2; n <= 1000; n++)
      writeFileSync(
        join(directory, `${String(n).padStart(12, "0")}.json`),
        JSON.stringify(message(n, 0, "")),
      );
    queue = open();
    add(queue);
    expect(queue.size()).toBe(1000);
    expect(waitingMessages(store, "r").slice(0, 2)).toEqual([1, 3]);
    const [unsaved] = queue.unsaved();
    expect(unsaved).toMatchObject({ sequence: 1001, dropped: 1 });
  });

  test("leaves out a damaged message, and goes on", () => {
    const { open, directory } = stage();
    const queue = open();
    add(queue);
    add(queue);
    queue.save();
    writeFileSync(join(directory, "000000000001.json"), "{");
    expect(sequenceOf(open().first())).toBe(2);
  });

  test("delivers what cannot be written, and writes it once that works", () => {
    const { open, directory, store } = stage();
    const queue = open();
    add(queue);
    mkdirSync(join(store.storeDir, "outbox"));
    // With a file in place of its directory every write fails, as on a full disk.
    writeFileSync(directory, "");
    queue.save();
    expect(queue.unsaved()).toHaveLength(1);
    expect(sequenceOf(queue.first())).toBe(1);
    rmSync(directory);
    queue.save();
    expect(waitingMessages(store, "r")).toEqual([1]);
  });
});

test("a route that the configuration does not have any more is not called", async () => {
  const { place, store, errors } = stage();
  const calls = join(place.here, "calls");
  const command = ["sh", "-c", `cat >/dev/null; echo >>${calls}; exit 1`];
  const route = { name: "r", match: { labels: {}, attention: "none" }, command };
  const notify = { routes: [{ ...route, timeout_seconds: 30 }] } as unknown as Notify;
  const notifier = startNotifier({ store, errors });
  const event: Event = { schema_version: 1, at: "2026-01-01T12:00:00.000Z", event: "held" };
  const header = { at: event.at, host: "h", root: "/r", observer_suspect: false, summary: null };
  notifier.add([event], header, notify);
  notifier.deliver(notify, false);
  await until(() => existsSync(calls));
  notifier.deliver(undefined, false);
  // The next try is due 1 s after the first.
  await Bun.sleep(1500);
  expect(readFileSync(calls, "utf8")).toBe("\n");
  expect(waitingMessages(store, "r")).toEqual([1]);
  notifier.deliver(notify, false);
  await until(() => readFileSync(calls, "utf8") === "\n\n");
  notifier.deliver(undefined, false);
  await notifier.drain();
});

function message(sequence: number, dropped: number, text: string): Message {
  const at = "2026-01-01T12:00:00.000Z";
  const event: Event = { schema_version: 1, at, event: "held", text };
  return messageOf(
    [event],
    { at, host: "h", root: "/r", observer_suspect: false, summary: null },
    { id: `id-${sequence}`, route: "r", sequence, dropped },
  );
}
