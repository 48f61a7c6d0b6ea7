/**
 * The page of 5,000 cells of which 50 change in each second: a change is on the screen within a second,
 * the filter costs about as much as laying out its rows, and the memory does not grow. It prints the
 * milliseconds, and the memory at each tenth of the time. `PAGE_SECONDS=3600` measures for longer.
 */
import { afterAll, describe, expect, test } from "bun:test";
import type { CDPSession, Page } from "playwright-core";
import type { Report } from "../../lib/contract/report.ts";
import { mountHealth } from "../../lib/http/embed/embed.ts";
import { browser, HAS_BROWSER } from "../tools/browser.ts";
import { idOf } from "../tools/cells.ts";
import { medianOf } from "../tools/cost.ts";
import { lacking } from "../tools/needs.ts";
import { reportOf } from "../tools/sources.ts";

const CELLS = 5000;
const CHANGING = CELLS / 100;
const SECONDS = Number(process.env["PAGE_SECONDS"] ?? 20);
const MOST_CHANGE_MS = 1000;
/** The work of a filter against that of laying out the rows anew, in the same run. */
const MOST_FILTER_RATIO = 3;
/** The heap at the end against that after the first seconds: it varies by what is about to be drawn. */
const MOST_GROWTH_BYTES = 4 * 2 ** 20;

const open = browser();

/** When each report was made, by its number. */
const madeAt: number[] = [];
const first = reportOf(
  Object.fromEntries(
    Array.from({ length: CELLS }, (_, n) => [idOf(n + 1), n === 0 ? { age: 4000 } : {}]),
  ),
);

/** The next report: the first cell, which is shown at the top, and 1 % of the others have changed. */
function nextReport(before: Report): Report {
  const number = madeAt.push(Date.now()) - 1;
  const cells = [...before.cells];
  for (const at of [
    0,
    ...Array.from({ length: CHANGING }, (_, n) => 1 + ((number * CHANGING + n) % (CELLS - 1))),
  ]) {
    const cell = cells[at];
    if (cell !== undefined) cells[at] = { ...cell, state: `s${number}` };
  }
  return { ...before, cells, generated_at: new Date().toISOString() };
}

let latest = first;
const scan = async () => (latest = nextReport(latest));
const mounted = mountHealth({ scan, intervalMs: 1000 });
const server = Bun.serve({
  hostname: "127.0.0.1",
  port: 0,
  idleTimeout: 60,
  fetch: (request) => mounted.handler(request) ?? new Response(null, { status: 404 }),
});
afterAll(async () => {
  mounted.stop();
  await server.stop(true);
});

/** Notes in the page when each number appears in the first row. */
const WATCH = `seenAt = {};
  new MutationObserver(() => {
    const state = document.querySelector('#rows tr[data-id="${idOf(1)}"] .c-state');
    const [, number] = /s(\\d+)$/.exec(state?.textContent ?? "") ?? [];
    if (number !== undefined) seenAt[number] ??= Date.now();
  }).observe(document.querySelector("#rows"), { childList: true, subtree: true, characterData: true });`;

/** Types into the filter, and waits until the rows are laid out. */
const FILTER = (text: string) => `new Promise((resolve) => {
  const field = document.querySelector("#filter");
  field.value = ${JSON.stringify(text)};
  field.dispatchEvent(new Event("input"));
  requestAnimationFrame(() => resolve(document.body.offsetHeight));
})`;

/** Lays out the rows anew. */
const LAY_OUT = `new Promise((resolve) => {
  const { style } = document.querySelector("#rows");
  style.display = "none";
  document.body.offsetHeight;
  style.display = "";
  requestAnimationFrame(() => resolve(document.body.offsetHeight));
})`;

/** The milliseconds of CPU that scripts, styles and layout of the page have used: a busy machine adds none. */
async function workMs(session: CDPSession): Promise<number> {
  const { metrics } = await session.send("Performance.getMetrics");
  const parts = ["ScriptDuration", "LayoutDuration", "RecalcStyleDuration"];
  return metrics
    .filter(({ name }) => parts.includes(name))
    .reduce((sum, { value }) => sum + 1000 * value, 0);
}

async function workOf(page: Page, session: CDPSession, script: string): Promise<number> {
  const before = await workMs(session);
  await page.evaluate(script);
  return (await workMs(session)) - before;
}

async function heapBytes(session: CDPSession): Promise<number> {
  await session.send("HeapProfiler.collectGarbage");
  return (await session.send("Runtime.getHeapUsage")).usedSize;
}

const mib = (bytes: number): string => (bytes / 2 ** 20).toFixed(1);

/** The figure that 95 % of the others do not exceed. */
const highOf = (figures: readonly number[]): number =>
  figures.toSorted((one, other) => one - other)[Math.floor(0.95 * figures.length)] ?? Number.NaN;

const spread = (figures: readonly number[]): string =>
  `${medianOf(figures).toFixed(1)} ms (95 %: ${highOf(figures).toFixed(1)})`;

describe.skipIf(!HAS_BROWSER)(`the page of ${CELLS} cells${lacking("chromium")}`, () => {
  test("shows each change in a second, filters at once, and does not grow", async () => {
    const { page, errors } = await open(server.url.href);
    await page.locator("#rows tr").nth(99).waitFor();
    await page.evaluate(WATCH);
    const session = await page.context().newCDPSession(page);
    await session.send("Performance.enable", { timeDomain: "threadTicks" });
    await page.waitForTimeout(3000);
    const heaps = [await heapBytes(session)];
    const narrowed: number[] = [];
    const filtered: number[] = [];
    const laidOut: number[] = [];
    const start = performance.now();
    const tenthsPassed = () => Math.floor((performance.now() - start) / (100 * SECONDS));
    while (tenthsPassed() < 10) {
      narrowed.push(await workOf(page, session, FILTER("heartbeat-old")));
      await page.waitForTimeout(400);
      filtered.push(await workOf(page, session, FILTER("")));
      laidOut.push(await workOf(page, session, LAY_OUT));
      await page.waitForTimeout(400);
      if (tenthsPassed() >= heaps.length) heaps.push(await heapBytes(session));
    }
    const seenAt = await page.evaluate<Record<string, number>>("seenAt");
    const changes = Object.entries(seenAt).map(
      ([number, at]) => at - (madeAt[Number(number)] ?? 0),
    );
    const growth = (heaps.at(-1) ?? Number.NaN) - (heaps[0] ?? Number.NaN);
    console.log(
      `${changes.length} changes seen after ${spread(changes)}, ${filtered.length} filters in ${spread(narrowed)}, cleared in ${spread(filtered)}, layouts in ${spread(laidOut)}, heap in MiB: ${heaps.map(mib).join(" ")}`,
    );
    expect(changes.length).toBeGreaterThan(SECONDS / 2);
    expect(medianOf(changes)).toBeLessThan(MOST_CHANGE_MS);
    for (const works of [narrowed, filtered])
      expect(medianOf(works) / medianOf(laidOut)).toBeLessThan(MOST_FILTER_RATIO);
    expect(growth).toBeLessThan(MOST_GROWTH_BYTES);
    expect(errors).toEqual([]);
  });
});
