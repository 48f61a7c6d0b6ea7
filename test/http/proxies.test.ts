/**
 * The endpoint behind nginx and Caddy, with the configurations in config/.
 */
import { describe, expect, test } from "bun:test";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beatToken } from "../../lib/http/access.ts";
import type { Report } from "../../lib/contract/report.ts";
import { backgrounds, eventually, freePort } from "../tools/background.ts";
import { idOf, writeCell } from "../tools/cells.ts";
import { bearer, endpoints, eventsOf } from "../tools/served.ts";
import { lacking } from "../tools/needs.ts";
import { scratch } from "../tools/program.ts";

const TOKEN = "the-token-of-the-endpoint";
const SECRET = "the-secret-behind-the-beats";
const NAME = "missions.example.org";

const home = scratch();
const root = join(home, "root");
const socket = join(home, "health.sock");

const start = backgrounds();
const startEndpoint = endpoints();

/** A file of config/ with the places of this test in it. */
function configured(file: string, places: Readonly<Record<string, string>>): string {
  let text = readFileSync(join(import.meta.dir, "../../config", file), "utf8");
  for (const [from, to] of Object.entries(places)) {
    if (!text.includes(from)) throw new Error(`${file} no longer says ${from}`);
    text = text.replaceAll(from, to);
  }
  return text;
}

function nginx(port: number): string[] {
  const places = { "/run/lazarus-pit/health.sock": socket, "127.0.0.1:8472": `127.0.0.1:${port}` };
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map(
    (name) => `${name}_temp_path ${home}/${name};`,
  );
  const http = [...temporary, "access_log off;", configured("nginx/lazarus-pit.conf", places)];
  // One process, which is this test's to end.
  const main = `daemon off; master_process off; pid ${home}/nginx.pid; error_log stderr; events {}`;
  writeFileSync(join(home, "nginx.conf"), `${main}\nhttp {\n${http.join("\n")}\n}\n`);
  return ["nginx", "-e", "stderr", "-p", home, "-c", join(home, "nginx.conf")];
}

function caddy(port: number): string[] {
  const site = `http://${NAME}:${port}`;
  const places = {
    "unix//run/lazarus-pit/health.sock": `unix/${socket}`,
    [`${NAME} {`]: `${site} {`,
  };
  const here = `{\n\tadmin off\n\tgrace_period 1s\n\tdefault_bind 127.0.0.1\n\tstorage file_system ${home}/caddy\n}\n`;
  writeFileSync(join(home, "Caddyfile"), here + configured("caddy/Caddyfile", places));
  const argv = ["caddy", "run", "--adapter", "caddyfile", "--config", join(home, "Caddyfile")];
  return ["env", `HOME=${home}`, `XDG_CONFIG_HOME=${home}`, `XDG_DATA_HOME=${home}`, ...argv];
}

/** The endpoint that both stand before; not started where neither is there. */
function serve() {
  mkdirSync(root);
  writeCell(root, idOf(1), { title: "Behind a proxy" });
  for (const [name, text] of Object.entries({ token: TOKEN, secret: SECRET }))
    writeFileSync(join(home, name), text, { mode: 0o600 });
  return startEndpoint(
    `--listen=unix:${socket}`,
    `--root=${root}`,
    `--token-file=${join(home, "token")}`,
    `--beat-secret-file=${join(home, "secret")}`,
    "--scan-interval=1s",
    "--max-clients=1",
  );
}
let endpoint: ReturnType<typeof serve> | undefined;

for (const [name, commandOf] of Object.entries({ nginx, caddy })) {
  const missing = lacking(name);
  describe.skipIf(missing !== "")(`behind ${name}${missing}`, async () => {
    const port = freePort();
    const ask = (path: string, headers: Record<string, string> = {}, init: RequestInit = {}) =>
      fetch(`http://127.0.0.1:${port}${path}`, { ...init, headers: { Host: NAME, ...headers } });
    if (missing === "") {
      await (endpoint ??= serve());
      start(commandOf(port));
      await eventually(async () => ((await ask("/readyz")).ok ? true : undefined));
    }

    test("a token is needed, and forwarded", async () => {
      const refused = await ask("/v1/report");
      expect([refused.status, refused.headers.get("WWW-Authenticate")]).toEqual([401, "Bearer"]);
      const report = (await (await ask("/v1/report", bearer(TOKEN))).json()) as Report;
      expect(report.cells[0]).toMatchObject({ title: "Behind a proxy" });
    });

    test("another Host name is rejected", async () => {
      const strange = ask("/health", { Host: "git.example.org" });
      const text = await strange.then((response) => response.text()).catch(() => "");
      expect(text).toBe("");
    });

    test("a beat is forwarded", async () => {
      const own = bearer(beatToken(SECRET, idOf(1)));
      const headers = { ...own, "Content-Type": "application/json" };
      const body = JSON.stringify({ state: "working" });
      const init = { method: "PUT", body };
      const put = () => ask(`/v1/cells/${idOf(1)}/heartbeat`, headers, init);
      // A busy disk may have it sent again.
      const status = await eventually(async () => {
        const answer = await put();
        return answer.status === 503 ? undefined : answer.status;
      });
      expect(status).toBe(200);
    });

    test("events arrive as they are sent, a 503 with its body, and a disconnect is noticed", async () => {
      const events = eventsOf(await ask("/v1/events", bearer(TOKEN)));
      for (const expected of ["report", "changes"]) {
        const { value } = await events.next();
        expect(value?.name).toBe(expected);
      }
      const refused = await ask("/v1/events", bearer(TOKEN));
      expect([refused.status, refused.headers.get("Retry-After")]).toEqual([503, "30"]);
      expect(await refused.json()).toMatchObject({ error: { code: "too_many_clients" } });
      await events.return(undefined);
      await eventually(async () => {
        const again = await ask("/v1/events", bearer(TOKEN));
        await again.body?.cancel();
        return again.status === 200 ? true : undefined;
      });
    });
  });
}
