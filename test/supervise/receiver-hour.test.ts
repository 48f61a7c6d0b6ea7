/**
 * A receiver that does not work for an hour: it is down, answers 500, then is too slow. An event comes
 * each minute. The delivery is the daemon's own with a real program, server and outbox; only the
 * minutes between the tries pass at once.
 */
import { afterAll, expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Event, Message } from "../../lib/contract/event.ts";
import type { NotifyRoute } from "../../lib/contract/notify.ts";
import { storePathsOf } from "../../lib/host/files/state-dir.ts";
import { startDelivery } from "../../lib/supervise/notify/delivery.ts";
import { waitingMessages } from "../../lib/supervise/notify/outbox.ts";
import { openRouteQueue } from "../../lib/supervise/notify/route-queue.ts";
import { messageOf } from "../../lib/supervise/notify/rules/message.ts";
import { startErrorReporter } from "../../lib/supervise/store/error-reporter.ts";
import { openStore } from "../../lib/supervise/store/store.ts";
import { freePort } from "../tools/background.ts";
import { lacking } from "../tools/needs.ts";
import { placeOf, stopDaemons, until } from "../tools/supervised.ts";

stopDaemons();
const START = Date.parse("2026-01-01T12:00:00.000Z");
const MINUTE = 60_000;
const ROUTE = "r";

/** A clock that a test moves, and what is due by it. */
function simulatedTimers() {
  let nowMs = START;
  let due: { readonly at: number; readonly work: () => void } | undefined;
  return {
    now: () => new Date(nowMs),
    isWaiting: () => due !== undefined,
    schedule: (work: () => void, ms: number) => {
      due = { at: nowMs + ms, work };
      return () => void (due = undefined);
    },
    /** Moves to what is due before `end`, and does it; else moves to `end`. False then. */
    step(end: number): boolean {
      const next = due;
      nowMs = next === undefined || next.at > end ? end : next.at;
      if (next === undefined || next.at > end) return false;
      due = undefined;
      next.work();
      return true;
    },
  };
}

/** An HTTP server that is down until it is told what to answer. */
function receiver() {
  const port = freePort();
  const received: Message[] = [];
  let server: ReturnType<typeof Bun.serve> | undefined;
  let answer = { status: 500, afterMs: 0 };
  afterAll(() => server?.stop(true));
  return {
    url: `http://127.0.0.1:${port}/`,
    /** What it took, or may have taken: its sender did not wait for the answer. */
    received,
    become(status: number, afterMs = 0) {
      answer = { status, afterMs };
      server ??= Bun.serve({
        port,
        hostname: "127.0.0.1",
        async fetch(request) {
          const { status: code, afterMs: delay } = answer;
          if (code === 200) received.push((await request.json()) as Message);
          await Bun.sleep(delay);
          return new Response("", { status: code });
        },
      });
    },
  };
}

function outboxFor(url: string) {
  const place = placeOf();
  const settings = { root: place.root, state_dir: join(place.here, "state") };
  const store = openStore(storePathsOf(settings), new Date(START), () => {});
  const config = join(place.here, "webhook.curl");
  writeFileSync(config, `url = "${url}"\n`, { mode: 0o600 });
  const webhook = join(import.meta.dir, "../../config/notify/webhook");
  const route: NotifyRoute = {
    name: ROUTE,
    match: { labels: {}, attention: "none" },
    command: [webhook, config],
    timeout_seconds: 1,
  };
  const queue = openRouteQueue({ store, errors: startErrorReporter("test") }, ROUTE, []);
  return { store, route, queue };
}

function messageAt(at: string, minute: number, [sequence, dropped]: [number, number]): Message {
  const event: Event = { schema_version: 1, at, event: "held", reason: `minute ${minute}` };
  const header = { at, host: "h", root: "/r", observer_suspect: false, summary: null };
  return messageOf([event], header, { id: Bun.randomUUIDv7(), route: ROUTE, sequence, dropped });
}

const noCurl = lacking("curl");
test.skipIf(noCurl !== "")(
  `an hour of failures loses no event, and keeps their order${noCurl}`,
  async () => {
    const server = receiver();
    const { store, route, queue } = outboxFor(server.url);
    const timers = simulatedTimers();
    const delivery = startDelivery(queue, timers.schedule);
    const settled = () => until(() => timers.isWaiting() || queue.size() === 0);
    let tries = 0;

    for (let minute = 0; minute < 60; minute++) {
      if (minute === 25) server.become(500);
      if (minute === 50) server.become(200, 3000);
      queue.add((...numbers) => messageAt(timers.now().toISOString(), minute, numbers));
      queue.save();
      delivery.start(route);
      await settled();
      while (timers.step(START + (minute + 1) * MINUTE)) {
        tries += 1;
        await settled();
      }
    }
    expect(waitingMessages(store, ROUTE)).toHaveLength(60);
    // Once a minute, after the first few.
    expect(tries).toBeWithin(55, 70);
    // It may have taken the first one each time that it was too slow to say so.
    expect(new Set(server.received.map(({ sequence }) => sequence))).toEqual(new Set([1]));

    server.become(200);
    // On a loaded host even a quick answer may come too late: then there is another try.
    for (let minute = 61; queue.size() > 0 && minute < 100; minute++) {
      expect(timers.step(START + minute * MINUTE)).toBe(true);
      await settled();
    }
    expect(queue.size()).toBe(0);
    const distinct = new Map(server.received.map((message) => [message.id, message]));
    for (const message of server.received)
      expect(message).toEqual(distinct.get(message.id) as Message);
    const minutes = [...distinct.values()].flatMap(({ events }) =>
      events.map(({ reason }) => reason),
    );
    expect(minutes).toEqual(Array.from({ length: 60 }, (_, minute) => `minute ${minute}`));
    expect([...distinct.values()].map(({ sequence }) => sequence)).toEqual(
      Array.from({ length: 60 }, (_, n) => n + 1),
    );
    expect(waitingMessages(store, ROUTE)).toEqual([]);
    await delivery.drain();
  },
);
