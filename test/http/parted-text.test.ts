/** Answers about thousands of cells: in parts, each of a few cells, and all of one report. */
import { afterAll, expect, test } from "bun:test";
import { PartedText } from "../../lib/http/parted-text.ts";
import { type ReportPoller, startReportPoller } from "../../lib/http/report-poller.ts";
import { metricsParts, metricsText } from "../../lib/scan/rules/prometheus.ts";
import { SLICE_CELLS } from "../../lib/view/slices.ts";
import type { Report, ReportCell } from "../../lib/contract/report.ts";
import { until } from "../tools/background.ts";
import { idOf } from "../tools/cells.ts";
import { handlerOf, reportOf, scansByHand } from "../tools/sources.ts";

const COUNT = 5000;
const [CELL] = reportOf({ [idOf(1)]: {} }).cells as [ReportCell];

/** A report of many cells, every third of them stale, every fifth with a label. */
function reportOfMany(title: string): Report {
  const cells = Array.from({ length: COUNT }, (_, n): ReportCell => {
    const labels = n % 5 === 0 ? { team: "a" } : ({} as Record<string, string>);
    const status = n % 3 === 0 ? "stale" : "healthy";
    return { ...CELL, mission_id: idOf(n + 1), title, labels, status };
  });
  return { ...reportOf({}), cells };
}

const scans = scansByHand();
const poller: ReportPoller = startReportPoller({ scan: scans.scan, intervalMs: 5 });
afterAll(() => poller.stop());
const handler = handlerOf(poller);

/** Shows a report, and waits until it is shown. */
async function show(report: Report): Promise<void> {
  const before = poller.snapshot();
  await scans.next();
  await scans.give(report);
  await until(() => poller.snapshot() !== before);
}

async function ask(path: string, encoding = "identity", method = "GET"): Promise<Response> {
  const headers = { "Accept-Encoding": encoding };
  const response = await handler(new Request(`http://localhost${path}`, { method, headers }));
  if (response === undefined) throw new Error(`${path} is none of its paths`);
  return response;
}

const jsonOf = async (path: string) => (await (await ask(path)).json()) as Report;
const READ = reportOfMany("first");
await show(READ);

test("the report and its parts by filter have the cells in order", async () => {
  expect((await jsonOf("/v1/report")).cells).toEqual(READ.cells);
  const stale = READ.cells.filter(({ status }) => status === "stale");
  expect((await jsonOf("/v1/report?status=stale")).cells).toEqual(stale);
  const both = stale.filter(({ labels }) => labels["team"] === "a");
  expect((await jsonOf("/v1/report?status=stale&label=team%3Da")).cells).toEqual(both);
  expect((await jsonOf("/v1/report?label=none")).cells).toEqual([]);
});

test("HEAD tells the length; compressed forms and metrics have the same text", async () => {
  for (const path of ["/v1/report", "/v1/report?status=stale", "/metrics"]) {
    const text = await (await ask(path)).text();
    const head = await ask(path, "identity", "HEAD");
    expect(head.headers.get("Content-Length")).toBe(`${Buffer.byteLength(text)}`);
    if (path.includes("?")) continue;
    const zstd = await (await ask(path, "zstd")).bytes();
    const gzip = await (await ask(path, "gzip")).bytes();
    for (const bytes of [
      Bun.zstdDecompressSync(zstd),
      Bun.gunzipSync(gzip as Uint8Array<ArrayBuffer>),
    ])
      expect(new TextDecoder().decode(bytes) === text).toBe(true);
  }
  const lines = metricsText(READ, { version: "0" })
    .split("\n")
    .filter((line) => line.includes(CELL.mission_id));
  const sent = (await (await ask("/metrics")).text()).split("\n");
  expect(lines.filter((line) => !sent.includes(line))).toEqual([]);
});

test("an answer goes on with its own report when the next one arrives", async () => {
  const reader = (await ask("/v1/report")).body?.getReader();
  const stream = (await ask("/v1/events")).body?.getReader();
  if (reader === undefined || stream === undefined) throw new Error("no body");
  const [first, event] = [await reader.read(), await stream.read()];
  await show(reportOfMany("second"));
  expect(poller.snapshot()?.cells.cellAt(0).title).toBe("second");
  const chunks = [first.value as Uint8Array];
  for (let next = await reader.read(); !next.done; next = await reader.read())
    chunks.push(next.value as Uint8Array);
  const report = JSON.parse(Buffer.concat(chunks).toString()) as Report;
  expect(report.cells).toEqual(READ.cells);
  // The stream's first event, too, is of one report, and its changes follow.
  const sent = [Buffer.from(event.value as Uint8Array)];
  // Either event ends with an empty line, and has none inside.
  for (let ends = 0; ends < 2;) {
    const chunk = Buffer.from((await stream.read()).value as Uint8Array);
    sent.push(chunk);
    if (chunk.toString("latin1").endsWith("\n\n")) ends += 1;
  }
  const text = Buffer.concat(sent).toString();
  const [complete = "", changes = ""] = text.split("\n\n");
  expect(complete.startsWith("event: report\n") && !complete.includes('"second"')).toBe(true);
  expect(changes.startsWith("event: changes\n") && !changes.includes('"first"')).toBe(true);
  await stream.cancel();
});

test("no part of a text is about more cells than a slice, and each is made in a turn of its own", async () => {
  const snapshot = poller.snapshot();
  if (snapshot === undefined) throw new Error("no report");
  const metrics = metricsParts(snapshot.report, snapshot.cells, { version: "0" });
  for (const part of [...snapshot.text.parts(), ...metrics])
    expect((part.match(/"mission_id":"|^mission_info/gm) ?? []).length).toBeLessThanOrEqual(
      SLICE_CELLS,
    );
  let turns = 0;
  let isDone = false;
  const count = () => {
    turns += 1;
    if (!isDone) setImmediate(count);
  };
  setImmediate(count);
  const parts = Array.from({ length: 100 }, () => "x");
  let made = 0;
  for await (const _ of new PartedText(COUNT, () => parts).chunks()) {
    made += 1;
    expect(turns).toBeGreaterThanOrEqual(made - 1);
  }
  isDone = true;
  expect(made).toBe(100);
});
