/** The page when something other than its server answers, and when the browser shows it again. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { join } from "node:path";
import { until } from "../tools/background.ts";
import { browser, HAS_BROWSER, type Served, serveHealth } from "../tools/browser.ts";
import { idOf, writeCell } from "../tools/cells.ts";
import { lacking } from "../tools/needs.ts";
import { scratch } from "../tools/program.ts";

const open = browser();
const root = join(scratch(), "missions");
writeCell(root, idOf(1), { title: "Fix the flaky tests" });
writeCell(root, idOf(2), { title: "Port the parser", age: 4000 });

let health: Served;
/** What the proxy answers to all but the page itself; undefined passes the request on. */
let answer: (path: string) => Response | undefined = () => undefined;

/** Paths that were requested from another program, which serves `/` and needs its own token. */
const askedOfAnother: string[] = [];

/** A proxy that serves the endpoint below /pit, with and without a slash after it. */
const proxy = Bun.serve({
  port: 0,
  hostname: "127.0.0.1",
  idleTimeout: 60,
  async fetch({ url, signal }) {
    const { pathname, search } = new URL(url);
    if (!/^\/pit(?:\/|$)/.test(pathname)) {
      askedOfAnother.push(pathname);
      return Response.json({ error: "unauthorized" }, { status: 401 });
    }
    const path = pathname.slice("/pit".length) || "/";
    const own = path === "/" ? undefined : answer(path);
    return own ?? fetch(new URL(path + search, health.url), { signal, decompress: false });
  },
});
afterAll(() => proxy.stop(true));
const below = `http://127.0.0.1:${proxy.port}/pit`;

const refusal = (status: number, type?: string) => (): Response =>
  new Response("no", { status, headers: type === undefined ? {} : { "Content-Type": type } });

describe.skipIf(!HAS_BROWSER)(`the page${lacking("chromium")}`, () => {
  beforeAll(async () => {
    const jobs = `--heartbeat-dir=${join(root, "..", "no-jobs")}`;
    health = await serveHealth("script", "--root", root, jobs, "--listen=127.0.0.1:0");
  });

  test("at a path without a slash moves below it, with its filter and cell", async () => {
    const { page, errors } = await open(`${below}?q=parser#${idOf(2)}`);
    await page.getByRole("dialog", { name: "Port the parser" }).waitFor();
    expect(page.url()).toBe(`${below}/?q=parser#${idOf(2)}`);
    expect(askedOfAnother.filter((path) => path.startsWith("/v1/"))).toEqual([]);
    expect(errors).toEqual([]);
  });

  test.each([
    ["401 in plain text", refusal(401, "text/plain")],
    ["401 without a type", refusal(401)],
    ["403 as a page", refusal(403, "text/html")],
    ["511 of a hotel's network", refusal(511, "text/html")],
    ["a page instead of events", refusal(200, "text/html; charset=utf-8")],
  ])("tells of a sign-in: %s", async (_, refuse) => {
    answer = refuse;
    const { page, errors } = await open(`${below}/`);
    await page.getByRole("link", { name: "Sign in" }).waitFor();
    expect(await page.getByLabel("Token", { exact: true }).isHidden()).toBe(true);
    answer = () => undefined;
    await page.locator("#rows tr").first().waitFor();
    expect(await page.getByRole("link", { name: "Sign in" }).isHidden()).toBe(true);
    expect(errors).toEqual([]);
  });

  test("tells that its server has another version, and shows nothing of it", async () => {
    const { page, errors } = await open(`${below}/`);
    await page.locator("#rows tr").first().waitFor();
    const report = JSON.stringify({ schema_version: 3, missions: [] });
    answer = (path) =>
      path === "/v1/events"
        ? new Response(`event: report\ndata: ${report}\n\n`, {
            headers: { "Content-Type": "text/event-stream" },
          })
        : undefined;
    await page.reload();
    await page.getByRole("alert").getByText("another version than this page: reload it").waitFor();
    expect(await page.locator("#link").textContent()).toBe("offline");
    answer = () => undefined;
    await page.locator("#rows tr").first().waitFor();
    expect(errors).toEqual([]);
  });

  test("starts again when the browser restores it from its back/forward cache", async () => {
    const { page } = await open(health.url);
    await page.locator("#rows tr").first().waitFor();
    await page.evaluate(
      `mark = 1; dispatchEvent(new PageTransitionEvent("pageshow", { persisted: true }))`,
    );
    await until(async () => (await page.evaluate("typeof mark")) === "undefined");
    await page.locator("#rows tr").first().waitFor();
  });

  test("opens a linked cell that is gone, and says that", async () => {
    const { page, errors } = await open(`${health.url}#${idOf(99)}`);
    const detail = page.getByRole("dialog", { name: idOf(99) });
    await detail.getByText("This cell is not there any more.").waitFor();
    await page.keyboard.press("Escape");
    await page.locator("#rows tr").first().waitFor();
    expect(errors).toEqual([]);
  });

  test("without scripts says what it needs, and shows no counts or times that would be wrong", async () => {
    const { page } = await open(health.url, { javaScriptEnabled: false });
    expect((await page.locator("body").innerText()).split(/\n+/)).toEqual([
      "Skip to the cells",
      "Lazarus Pit",
      "This page needs scripts, and a browser of 2023 or later. In a terminal, type: scan",
    ]);
  });

  test("grows with the reader's text size", async () => {
    const { page } = await open(health.url);
    await page.locator("#rows tr").first().waitFor();
    const size = "parseFloat(getComputedStyle(document.querySelector('#rows .open')).fontSize)";
    const before = await page.evaluate<number>(size);
    await page.evaluate("document.documentElement.style.fontSize = '200%'");
    expect(await page.evaluate<number>(size)).toBe(2 * before);
  });
});
