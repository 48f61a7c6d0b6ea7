/** The page where people put it: below a path, behind a sign-in, in many tabs, reloaded, on paper. */
import { afterAll, describe, expect, test } from "bun:test";
import { join } from "node:path";
import { browser, HAS_BROWSER, serveHealth } from "../tools/browser.ts";
import { idOf, writeCell } from "../tools/cells.ts";
import { lacking } from "../tools/needs.ts";
import { scratch } from "../tools/program.ts";

const open = browser();
const root = join(scratch(), "missions");
writeCell(root, idOf(1), { title: "Fix the flaky tests", mission: { labels: { team: "core" } } });
writeCell(root, idOf(2), { title: "Port the parser", age: 4000 });

/** A proxy that serves the endpoint below /pit/, and can ask for a sign-in. */
function proxyTo(url: string) {
  const asked: string[] = [];
  const state = { isSignedIn: true };
  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    idleTimeout: 60,
    async fetch(request) {
      const { pathname, search } = new URL(request.url);
      asked.push(pathname);
      if (!state.isSignedIn) return Response.redirect("/sign-in", 302);
      const path = pathname.replace(/^\/pit\//, "");
      return fetch(new URL(path + search, url), { signal: request.signal, decompress: false });
    },
  });
  afterAll(() => server.stop(true));
  return { url: `http://127.0.0.1:${server.port}/pit/`, asked, state };
}

describe.skipIf(!HAS_BROWSER)(`the page in its places${lacking("chromium")}`, () => {
  test("works below a path, in a second tab, from its address, on paper, and tells of a sign-in", async () => {
    const jobs = `--heartbeat-dir=${join(root, "..", "no-jobs")}`;
    const health = await serveHealth("script", "--root", root, jobs, "--listen=127.0.0.1:0");
    const proxy = proxyTo(health.url);
    const { page, errors } = await open(`${proxy.url}?q=team%3Dcore`);
    await page.getByText("1 of 2 cells, filtered by “team=core”").waitFor();
    expect(await page.getByRole("searchbox").inputValue()).toBe("team=core");

    const second = await page.context().newPage();
    await second.goto(proxy.url);
    await second.locator("#rows tr").nth(1).waitFor();
    // The second tab hears the first one's stream.
    expect(proxy.asked.filter((path) => path === "/pit/v1/events")).toHaveLength(1);
    expect(proxy.asked.every((path) => path.startsWith("/pit/"))).toBe(true);
    await page.close();
    await second.waitForResponse((response) => response.url().endsWith("v1/events"));

    await second.emulateMedia({ media: "print", colorScheme: "dark" });
    expect(await second.getByRole("searchbox").isHidden()).toBe(true);
    expect(await second.locator("#moment").textContent()).toMatch(/ 20\d\d, /);
    await second.emulateMedia({ media: "screen" });

    proxy.state.isSignedIn = false;
    await health.stop();
    await second.getByRole("link", { name: "Sign in" }).waitFor({ timeout: 60_000 });
    expect(await second.title()).toStartWith("UNKNOWN: ");
    expect(errors).toEqual([]);
  });
});
