/**
 * The packaged handler in other servers: node:http in Node, and Hono in Bun.
 */
import { afterAll, describe, expect, test } from "bun:test";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Hono } from "hono";
import { beatToken } from "../../lib/http/access.ts";
import type { Report } from "../../lib/contract/report.ts";
import { backgrounds, eventually } from "../tools/background.ts";
import { idOf, writeCell } from "../tools/cells.ts";
import { bearer, eventsOf } from "../tools/served.ts";
import { lacking } from "../tools/needs.ts";
import { command, run, scratch } from "../tools/program.ts";

const ROOT = join(import.meta.dir, "../..");
const SECRET = "the-secret-behind-the-beats";
const noNode = lacking("node");
const home = scratch();
const start = backgrounds();

/** A root with one cell of each test's own. */
function rootWith(name: string): string {
  const root = join(home, name);
  mkdirSync(root);
  writeCell(root, idOf(1), { title: "Mounted" });
  writeCell(root, idOf(2), { status: "initialized" });
  return root;
}

const underNode = (kind: "root" | "file", path: string, root: string) =>
  start(["node", "test/tools/gateway.mjs", kind, path, root], ROOT).firstLine();

async function underHono(_: "root", path: string, root: string): Promise<string> {
  type Package = typeof import("../../lib/http/embed/embed.ts");
  const { mountHealth, rootScans } = (await import(join(ROOT, "dist/handler.js"))) as Package;
  const wishes = { root, beatSecret: SECRET, maxClients: 1 };
  const mounted = mountHealth(rootScans(path, 500), wishes);
  const app = new Hono();
  app.use(async ({ req }, next) => (await mounted.handler(req.raw)) ?? (await next()));
  app.post("/echo", async (context) => context.text(await context.req.text()));
  app.notFound((context) => context.text("the gateway has no such path\n", 404));
  const server = Bun.serve({ hostname: "127.0.0.1", port: 0, fetch: app.fetch });
  afterAll(async () => {
    mounted.stop();
    await server.stop(true);
  });
  return `http://127.0.0.1:${server.port}`;
}

/** A beat for the cell `id` with the token of the cell `key`. */
const beat = (url: string, id: string, key: string) =>
  fetch(`${url}/v1/cells/${id}/heartbeat`, {
    method: "PUT",
    headers: { ...bearer(beatToken(SECRET, key)), "Content-Type": "application/json" },
    body: JSON.stringify({ state: "working" }),
  });

const GATEWAYS = [
  ["node:http under Node", noNode, underNode],
  ["Hono under Bun", "", underHono],
] as const;
for (const [name, missing, gateway] of GATEWAYS) {
  describe.skipIf(missing !== "")(`in ${name}${missing}`, async () => {
    const root = missing === "" ? rootWith(name.replaceAll(/\W/g, "-")) : "";
    const url = missing === "" ? await gateway("root", root, root) : "";
    if (missing === "")
      await eventually(async () => ((await fetch(`${url}/readyz`)).ok ? true : undefined));

    test("/health has its own content type", async () => {
      const response = await fetch(`${url}/health`);
      expect(response.headers.get("Content-Type")).toBe("application/health+json");
      expect(await response.json()).toMatchObject({ status: "pass", ok: true });
    });

    test("/ is the page, as every form of it serves it", async () => {
      const text = await (await fetch(url)).text();
      expect(text === readFileSync(join(ROOT, "config/page.html"), "utf8")).toBe(true);
    });

    test("/v1/report shows the cells, and 304 to a client that has them", async () => {
      const response = await fetch(`${url}/v1/report`);
      const { cells } = (await response.json()) as Report;
      expect(cells[0]).toMatchObject({ title: "Mounted", status: "healthy" });
      const etag = response.headers.get("ETag");
      const head = await fetch(`${url}/v1/report`, { method: "HEAD" });
      expect([head.status, await head.text()]).toEqual([200, ""]);
      expect(etag).toMatch(/^W\/"[0-9a-f-]{36}-\d+-(?:gzip|zstd)"$/);
      const again = { headers: { "If-None-Match": "*" } };
      expect((await fetch(`${url}/v1/report`, again)).status).toBe(304);
    });

    test("/v1/events sends a change, and notices a disconnect", async () => {
      const events = eventsOf(await fetch(`${url}/v1/events`));
      expect((await events.next()).value?.name).toBe("report");
      writeCell(root, idOf(3), { title: "Late" });
      for (;;) {
        const { value } = await events.next();
        const report = value?.data as Report | undefined;
        if (report?.cells.some(({ mission_id }) => mission_id === idOf(3)) !== false) break;
      }
      expect((await fetch(`${url}/v1/events`)).status).toBe(503);
      await events.return(undefined);
      // The only place for a stream is free again.
      await eventually(async () => {
        const again = await fetch(`${url}/v1/events`);
        await again.body?.cancel();
        return again.status === 200 ? true : undefined;
      });
    });

    test("a beat with the cell's token is written, and the first one activates the mission", async () => {
      expect((await beat(url, idOf(2), idOf(1))).status).toBe(401);
      expect((await beat(url, idOf(2), idOf(2))).status).toBe(200);
      const { stdout } = await run([...command("script", "mission"), "--root", root, idOf(2)]);
      expect(stdout).toContain("active");
    });

    test("a first beat preserves numbers beyond the precision of a double", async () => {
      const cell = writeCell(root, idOf(4), { status: "initialized" });
      const file = join(cell, "meta/mission.json");
      const digits = '"big": 12345678901234567890';
      writeFileSync(file, readFileSync(file, "utf8").replace("{", `{${digits},`));
      // Node 20 cannot keep them, and so leaves the file alone.
      expect([200, 409]).toContain((await beat(url, idOf(4), idOf(4))).status);
      expect(readFileSync(file, "utf8")).toContain(digits);
    });

    test("requests for other paths go to the gateway, with their bodies", async () => {
      const echo = await fetch(`${url}/echo`, { method: "POST", body: "x".repeat(300_000) });
      expect((await echo.text()).length).toBe(300_000);
      const other = await fetch(`${url}/v2/report`);
      expect([other.status, await other.text()]).toEqual([404, "the gateway has no such path\n"]);
    });
  });
}

test.skipIf(noNode !== "")(
  `a gateway shows the file that scan --output writes, and that it is no longer written${noNode}`,
  async () => {
    const root = rootWith("with-file");
    const file = join(home, "report.json");
    const scan = await run([...command("script", "scan"), "--root", root, "--output", file]);
    expect(scan.code).toBe(0);
    const url = await underNode("file", file, root);
    const health = async () => (await fetch(`${url}/health`)).status;
    const is = (status: number) => async () => ((await health()) === status ? true : undefined);
    const written = JSON.parse(readFileSync(file, "utf8")) as Report;
    // Renewed before each request, because a report is as old as its `generated_at`.
    const isWell = () => {
      writeFileSync(file, JSON.stringify({ ...written, generated_at: new Date().toISOString() }));
      return is(200)();
    };
    await eventually(isWell);
    const report = (await (await fetch(`${url}/v1/report`)).json()) as Report;
    expect(report.cells.map(({ title }) => title)).toEqual(["Mounted", null]);
    const old = { ...report, generated_at: new Date(Date.now() - 60_000).toISOString() };
    writeFileSync(file, JSON.stringify(old));
    await eventually(is(503));
    await eventually(isWell);
    rmSync(file);
    await eventually(is(503));
  },
);
