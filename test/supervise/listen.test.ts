/**
 * The endpoint of supervise, which lives in a thread of its own: where it listens, how it ends,
 * and how that thread is told of rounds.
 */
import { existsSync, lstatSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "bun:test";
import { createPublisher } from "../../lib/http/server/endpoint-worker.ts";
import type { RoundResult } from "../../lib/http/server/endpoint-tasks.ts";
import type { Report } from "../../lib/contract/report.ts";
import { eventually } from "../tools/background.ts";
import { idOf, writeCell } from "../tools/cells.ts";
import { FORMS, run } from "../tools/program.ts";
import { eventsOf } from "../tools/served.ts";
import { placeOf, stopDaemons } from "../tools/supervised.ts";

stopDaemons();

/** The loopback address of IPv6 if this host has IPv6. */
const LOOPBACK = existsSync("/proc/net/if_inet6") ? "[::1]" : "127.0.0.1";

/** A socket that a process left when it died. */
async function staleSocket(path: string): Promise<void> {
  const program = `Bun.listen({ unix: ${JSON.stringify(path)}, socket: { data() {} } }); process.kill(process.pid, 9)`;
  await run([process.execPath, "-e", program]);
  expect(lstatSync(path).isSocket()).toBe(true);
}

const isReady = (url: string, unix: string | undefined) => async () =>
  (await fetch(new URL("/readyz", url), unix === undefined ? {} : { unix })).ok ? true : undefined;

describe.each(FORMS)("supervise --listen (%s)", (form) => {
  test("takes over a stale unix socket for its owner and group, and gives it to no other", async () => {
    const place = placeOf();
    const socket = join(place.here, "s");
    await staleSocket(socket);
    const daemon = place.start(form, `--listen=unix:${socket}`);
    await eventually(isReady("http://localhost", socket));
    expect((lstatSync(socket).mode & 0o777).toString(8)).toBe("660");
    const other = await placeOf().call(form, `--listen=unix:${socket}`);
    expect(other).toMatchObject({
      code: 75,
      stdout: "",
      stderr: expect.stringContaining(`"${socket}": another process listens there`),
    });
    // What the daemon makes later has the modes of its own umask.
    expect((lstatSync(join(place.folder, "report.json")).mode & 0o777).toString(8)).toBe("644");
    const { stderr, ...ended } = await daemon.stop();
    expect(ended).toEqual({ code: 0, stdout: `unix:${socket}\n` });
    expect(place.afterStart(stderr)).toBe("");
    expect(existsSync(socket)).toBe(false);
  });

  test(`listens on ${LOOPBACK}, and says goodbye to streams when it is told to stop`, async () => {
    const place = placeOf();
    writeCell(place.root, idOf(1));
    const out = join(place.here, "out");
    const daemon = place.startBy(
      ["sh", "-c", `exec "$@" --listen=${LOOPBACK}:0 >${out}`, "sh"],
      form,
    );
    const url = await eventually(async () => (await Bun.file(out).text()).trim() || undefined);
    expect(url).toStartWith(`http://${LOOPBACK}:`);
    await eventually(isReady(url, undefined));
    const names: string[] = [];
    const reading = (async () => {
      for await (const { name } of eventsOf(await fetch(new URL("/v1/events", url))))
        names.push(name);
    })();
    await eventually(async () => (names.includes("changes") ? true : undefined));
    expect((await daemon.stop()).code).toBe(0);
    await reading;
    expect([names[0], names.at(-1)]).toEqual(["report", "bye"]);
  });

  test("streams what a round found before the next one, and ends between two", async () => {
    const place = placeOf({ scan_interval_seconds: 20, stale_after_seconds: 600 });
    writeCell(place.root, idOf(1));
    const socket = join(place.here, "s");
    const daemon = place.start(form, `--listen=unix:${socket}`);
    await eventually(isReady("http://localhost", socket));
    const response = await fetch("http://localhost/v1/events", { unix: socket });
    writeCell(place.root, idOf(1), { age: 700 });
    for await (const { name, data } of eventsOf(response)) {
      const { generated_at, cells } = data as Report;
      if (name !== "changes" || cells[0]?.status !== "stale") continue;
      // By rounds rather than by a clock: the report is still the one of the round that found it.
      expect(place.report().generated_at).toBe(generated_at);
      break;
    }
    expect((await daemon.stop()).code).toBe(0);
  });
});

const roundOf = (intervalMs: number): RoundResult => ({ report: undefined, intervalMs });

/** A publisher of rounds, identified by their intervals, to a worker that accepts one per `take`. */
function startPublishing() {
  const sent: number[] = [];
  const taken: (() => void)[] = [];
  const silences: string[] = [];
  let now = 0;
  const publish = createPublisher(
    async ({ intervalMs }) => {
      sent.push(intervalMs);
      await new Promise<void>((resolve) => taken.push(resolve));
    },
    ({ message }) => silences.push(message),
    () => now,
  );
  const take = async () => {
    taken.shift()?.();
    await Bun.sleep(0);
  };
  return { sent, silences, publish, take, later: (ms: number) => void (now += ms) };
}

describe("rounds are published to a worker", () => {
  test("one at a time, and then the latest", async () => {
    const { sent, publish, take } = startPublishing();
    for (const n of [1, 2, 3]) publish(roundOf(n));
    expect(sent).toEqual([1]);
    await take();
    expect(sent).toEqual([1, 3]);
    await take();
    publish(roundOf(4));
    expect(sent).toEqual([1, 3, 4]);
  });

  test("and two minutes without acceptance count as its death", async () => {
    const { silences, publish, take, later } = startPublishing();
    publish(roundOf(1));
    later(120_000);
    publish(roundOf(2));
    expect(silences).toEqual([]);
    await take();
    later(120_000);
    publish(roundOf(3));
    expect(silences).toEqual([]);
    later(1);
    publish(roundOf(4));
    expect(silences).toEqual(["The worker thread of the health endpoint does not respond"]);
  });
});
