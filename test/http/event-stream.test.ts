import { afterAll, describe, expect, spyOn, test } from "bun:test";
import { join } from "node:path";
import { startEventStreams } from "../../lib/http/event-stream.ts";
import { type ReportPoller, startReportPoller } from "../../lib/http/report-poller.ts";
import type { Report } from "../../lib/contract/report.ts";
import { idOf, writeCell } from "../tools/cells.ts";
import { startEndpoint, stopEndpoints, until } from "../tools/endpoint.ts";
import { FORMS, scratch } from "../tools/program.ts";
import { handlerOf, reportOf, scansByHand, pollerOf } from "../tools/sources.ts";

const A = idOf(1);
const B = idOf(2);
const WELL = reportOf({ [A]: {}, [B]: {} });
const SICK = reportOf({ [A]: { age: 4000 }, [B]: {} });
const base = scratch();
stopEndpoints();

interface Event {
  readonly event: string | undefined;
  readonly data: unknown;
}

/** Reads one stream, event by event; a comment is an event without a name. */
function readerOf(response: Response | undefined) {
  if (!response?.body) throw new Error("no stream");
  const reader = (response.body as ReadableStream<Uint8Array>).getReader();
  const decoder = new TextDecoder();
  let text = "";
  /** The next event; undefined at the end. */
  async function next(): Promise<Event | undefined> {
    for (;;) {
      const at = text.indexOf("\n\n");
      if (at >= 0) {
        const block = text.slice(0, at);
        text = text.slice(at + 2);
        return eventOf(block);
      }
      const { done, value } = await reader.read();
      if (done) return undefined;
      text += decoder.decode(value, { stream: true });
    }
  }
  return { next, cancel: () => reader.cancel() };
}

function eventOf(block: string): Event {
  const field = (name: string) => new RegExp(`^${name}: (.*)$`, "m").exec(block)?.[1];
  const data = field("data");
  return { event: field("event"), data: data === undefined ? block : JSON.parse(data) };
}

/** How many cells an event calls stale. */
const staleIn = (event: Event | undefined): number | undefined =>
  (event?.data as Report | undefined)?.summary.stale;

/** A poller that scans when the test says so, and its streams. */
function changing(limit = 10) {
  const scans = scansByHand();
  const poller = startReportPoller({ scan: scans.scan, intervalMs: 5 });
  const streams = startEventStreams(poller, limit);
  afterAll(() => (poller.stop(), streams.close()));
  return {
    poller,
    streams,
    scan: async (report: Report) => {
      await scans.give(report);
      await scans.next();
    },
  };
}

describe("a stream", () => {
  test("starts with a complete report, then sends only changes", async () => {
    const { streams, scan } = changing();
    await scan(WELL);
    const { next } = readerOf(streams.open());
    expect(await next()).toMatchObject({ event: "report", data: { cells: WELL.cells } });
    await scan(SICK);
    const delta = (await next()) as { event: string; data: Report };
    expect(delta).toMatchObject({ event: "changes", data: { summary: SICK.summary, removed: [] } });
    expect(delta.data.cells.map(({ mission_id, status }) => [mission_id, status])).toEqual([
      [A, "stale"],
    ]);
    await scan(reportOf({ [B]: {} }));
    expect(await next()).toMatchObject({ event: "changes", data: { cells: [], removed: [A] } });
  });

  test("opened before the first scan gets a complete report after it", async () => {
    const { streams, scan } = changing();
    const { next } = readerOf(streams.open());
    const first = next();
    await scan(WELL);
    expect(await first).toMatchObject({ event: "report", data: { cells: WELL.cells } });
  });

  test("that is read too slowly continues with a complete report, without old changes", async () => {
    const { streams, scan } = changing();
    await scan(WELL);
    const { next } = readerOf(streams.open());
    await next();
    for (let scans = 0; scans < 12; scans++) await scan(scans % 2 === 0 ? SICK : WELL);
    await scan(SICK);
    expect(await next()).toMatchObject({ event: "report", data: { cells: SICK.cells } });
    await scan(WELL);
    expect(await next()).toMatchObject({ event: "changes", data: { summary: WELL.summary } });
  });

  test("that lags a little loses nothing", async () => {
    const { streams, scan } = changing();
    await scan(WELL);
    const { next } = readerOf(streams.open());
    await next();
    for (const report of [SICK, WELL, SICK]) await scan(report);
    const told = [await next(), await next(), await next()];
    expect(told.map((each) => staleIn(each))).toEqual([1, 0, 1]);
  });

  test("is rejected over the limit, until another client has left", async () => {
    const { poller, streams, scan } = changing(2);
    await scan(WELL);
    const handler = handlerOf(poller, { streams });
    const open = () => handler(new Request("http://localhost/v1/events")) as Response;
    const [one, two, three] = [readerOf(open()), open(), open()];
    expect([two.status, three.status, three.headers.get("Retry-After")]).toEqual([200, 503, "30"]);
    expect(await three.json()).toMatchObject({ error: { code: "too_many_clients" } });
    await one.cancel();
    expect(streams.count()).toBe(1);
    expect(open().status).toBe(200);
  });

  test("sends bye when the server stops, and ends", async () => {
    const { streams, scan } = changing();
    await scan(WELL);
    const { next } = readerOf(streams.open());
    await next();
    streams.close();
    expect(await next()).toEqual({ event: "bye", data: {} });
    expect(await next()).toBeUndefined();
    expect(streams.count()).toBe(0);
  });

  test("of a client whose token has changed ends, and a new one is opened", async () => {
    const { streams, scan } = changing(1);
    await scan(WELL);
    const { next } = readerOf(streams.open());
    await next();
    streams.endClients();
    expect(await next()).toMatchObject({ event: "bye" });
    expect(await next()).toBeUndefined();
    expect(await readerOf(streams.open()).next()).toMatchObject({ event: "report" });
  });

  test("finishes the current event before it sends bye", async () => {
    const { streams, scan } = changing();
    const large = reportOf(
      Object.fromEntries(Array.from({ length: 100 }, (_, n) => [idOf(n), {}])),
    );
    await scan(large);
    const response = streams.open() as Response;
    const reader = (response.body as ReadableStream<Uint8Array>).getReader();
    const chunks = [(await reader.read()).value];
    streams.close();
    for (let last = chunks[0]; last !== undefined; chunks.push(last))
      last = (await reader.read()).value;
    const { next } = readerOf(
      new Response(Buffer.concat(chunks.filter((chunk) => chunk !== undefined))),
    );
    expect(chunks.length).toBeGreaterThan(3);
    expect(await next()).toMatchObject({ event: "report", data: { cells: large.cells } });
    expect(await next()).toEqual({ event: "bye", data: {} });
  });

  test("gets a comment every 5 s, which keeps it open", async () => {
    const poller: ReportPoller = await pollerOf(WELL);
    const timers = spyOn(globalThis, "setInterval");
    const streams = startEventStreams(poller, 1);
    expect(timers.mock.calls.map(([, ms]) => ms)).toEqual([5000]);
    timers.mockRestore();
    afterAll(() => streams.close());
    const { next } = readerOf(streams.open());
    await next();
    expect(await next()).toEqual({ event: undefined, data: ": beat" });
  });
});

describe.each(FORMS)("GET /v1/events (%s)", (form) => {
  test("shows a cell that goes stale, is not buffered, and ends with bye", async () => {
    const root = join(base, form);
    writeCell(root, A);
    writeCell(root, B);
    const server = await startEndpoint(
      form,
      "--root",
      root,
      "--scan-interval=1s",
      "--max-clients=1",
    );
    const response = await server.get("/v1/events");
    expect(Object.fromEntries(response.headers)).toMatchObject({
      "content-type": "text/event-stream",
      "cache-control": "no-store, no-transform",
      "x-accel-buffering": "no",
    });
    const { next } = readerOf(response);
    expect(await next()).toMatchObject({ event: "report", data: { summary: { healthy: 2 } } });
    expect((await server.get("/v1/events")).status).toBe(503);

    writeCell(root, A, { age: 4000 });
    let told: Event | undefined;
    await until(async () => staleIn((told = await next())) === 1);
    expect(told).toMatchObject({ event: "changes", data: { cells: [{ mission_id: A }] } });

    const stopped = server.stop();
    for (let last = told; last?.event !== "bye";) last = await next();
    expect(await next()).toBeUndefined();
    expect(await stopped).toMatchObject({ code: 0, stderr: "" });
  });
});
