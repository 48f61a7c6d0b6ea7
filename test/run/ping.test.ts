/**
 * Pings to a monitor that works, is slow, dead or failing, or redirects.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "bun:test";
import { endEvent, isPingUrl, pingUrl, allowedRedirect } from "../../lib/run/rules/ping-url.ts";
import { freePort } from "../tools/background.ts";
import { FORMS, scratch } from "../tools/program.ts";
import { readRecord, runWrapped } from "../tools/wrapped.ts";

const here = scratch();
const SECRET = "/ping/3f1c-the-secret";
let count = 0;

interface Asked {
  readonly path: string;
  readonly rid: string | null;
  readonly body: string;
}

const servers = new Set<Bun.Server<undefined>>();
afterAll(() => {
  for (const server of servers) void server.stop(true);
});

/** A monitor with the given responses, its requests, and a file that it creates at a start ping. */
function monitor(answer: (asked: Asked, nth: number) => Response | Promise<Response>) {
  const asked: Asked[] = [];
  const file = join(here, `told-${count++}`);
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    idleTimeout: 60,
    fetch: async (request) => {
      const url = new URL(request.url);
      const body = await request.text();
      const each = { path: url.pathname, rid: url.searchParams.get("rid"), body };
      asked.push(each);
      const given = await answer(each, asked.length);
      const isTold = given.status !== 500 && given.status !== 307;
      if (isTold && url.pathname.endsWith("/start")) writeFileSync(file, "");
      return given;
    },
  });
  servers.add(server);
  // The answer is on its way when the file is there.
  const told = `until [ -e ${file} ]; do sleep 0.1; done; sleep 0.5`;
  return { asked, told, url: `http://127.0.0.1:${server.port}${SECRET}` };
}
const right = () => monitor(() => new Response("OK"));

const moved = (location: string) => new Response("", { status: 307, headers: { location } });

describe.each(FORMS)("heartbeat run --ping (%s)", (form) => {
  const ping = async (flags: string[], script: string) => {
    const beats = join(here, `beats-${count++}`);
    const args = [`--heartbeat-dir=${beats}`, "--job=x", ...flags, "--", "sh", "-c", script];
    const before = performance.now();
    const ended = await runWrapped(form, args);
    const seconds = (performance.now() - before) / 1000;
    return { ...ended, seconds, record: readRecord(beats, "x") };
  };

  test.concurrent("reports the start and the success, with the run's id", async () => {
    const { asked, told, url } = right();
    const { code, stderr, record } = await ping([`--ping=${url}`], told);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    const rid = record.run_id ?? "";
    expect(asked).toEqual([
      { path: `${SECRET}/start`, rid, body: "" },
      { path: SECRET, rid, body: "" },
    ]);
  });

  test.concurrent(
    "reports the exit code, and with --ping-body the last output, up to the monitor's limit",
    async () => {
      const headers = { "Ping-Body-Limit": "8" };
      const { asked, told, url } = monitor(() => new Response("OK", { headers }));
      const script = `echo first; ${told}; echo the end; exit 7`;
      const flags = [`--ping=${url}`, "--capture", "--ping-body"];
      expect((await ping(flags, script)).code).toBe(7);
      expect(asked.map(({ path, body }) => [path, body])).toEqual([
        [`${SECRET}/start`, ""],
        [`${SECRET}/7`, "the end\n"],
      ]);
    },
  );

  test.concurrent("sends no output without --ping-body", async () => {
    const { asked, told, url } = right();
    const script = `echo password=hunter2; ${told}; exit 7`;
    expect((await ping([`--ping=${url}`, "--capture"], script)).code).toBe(7);
    expect(asked.map(({ body }) => body)).toEqual(["", ""]);
  });

  test.concurrent("reports a command that cannot be started, and a timeout", async () => {
    const { asked, url } = right();
    const args = [
      `--heartbeat-dir=${here}`,
      "--job=none",
      `--ping=${url}`,
      "--",
      "no-such-program",
    ];
    expect((await runWrapped(form, args)).code).toBe(127);
    await ping(
      [`--ping=${url}`, "--timeout=1s"],
      "trap 'exit 0' TERM; while :; do sleep 0.1; done",
    );
    expect(asked.map(({ path }) => path)).toEqual([
      `${SECRET}/127`,
      `${SECRET}/start`,
      `${SECRET}/fail`,
    ]);
  });

  test.concurrent("reads only the status and headers of a response", async () => {
    const headers = { "Content-Encoding": "gzip" };
    const answer = () => new Response("no gzip at all".repeat(999), { headers });
    const { asked, told, url } = monitor(answer);
    const { code, stderr } = await ping([`--ping=${url}`], told);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(asked).toHaveLength(2);
  });

  test.concurrent("reads the URL from a private file", async () => {
    const { asked, told, url } = right();
    const file = join(here, `address-${count++}`);
    writeFileSync(file, `${url}\n`, { mode: 0o600 });
    expect((await ping([`--ping-file=${file}`], told)).stderr).toBe("");
    expect(asked).toHaveLength(2);
    const open = join(here, `address-${count++}`);
    writeFileSync(open, `${url}\n`, { mode: 0o644 });
    const { code, stderr } = await ping([`--ping-file=${open}`], "exit 3");
    expect(code).toBe(3);
    expect(stderr).toMatch(/^heartbeat run: [^\n]*everyone may read it\n$/);
    expect(asked).toHaveLength(2);
  });

  test.concurrent(
    "starts the command without waiting for a slow monitor, and waits 5 s at the end",
    async () => {
      const arrived: number[] = [];
      const { url } = monitor(() => (arrived.push(Date.now()), new Promise<never>(() => {})));
      const { code, stdout, stderr, seconds, record } = await ping(
        [`--ping=${url}`],
        "echo ran; exit 3",
      );
      expect({ code, stdout }).toEqual({ code: 3, stdout: "ran\n" });
      expect(Date.parse(record.started_at ?? "") - (arrived[0] ?? 0)).toBeLessThan(5000);
      expect(seconds).toBeWithin(5, 60);
      expect(stderr).toMatch(
        /^heartbeat run: Cannot ping 127\.0\.0\.1:\d+: no response in time\n$/,
      );
    },
    600_000,
  );

  test.concurrent(
    "reports a dead monitor in one line without the secret",
    async () => {
      const url = `http://127.0.0.1:${freePort()}${SECRET}`;
      const { code, stderr } = await ping([`--ping=${url}`], "exit 3");
      expect(code).toBe(3);
      expect(stderr).toMatch(
        /^heartbeat run: Cannot ping 127\.0\.0\.1:\d+: connection refused \(ECONNREFUSED\)\n$/,
      );
    },
    600_000,
  );

  test.concurrent("never reports the start after the end", async () => {
    const { asked, url } = monitor(({ path }) =>
      path.endsWith("/start") ? new Response("", { status: 500 }) : new Response("OK"),
    );
    expect((await ping([`--ping=${url}`], "exit 3")).code).toBe(3);
    expect(asked.length).toBeGreaterThan(1);
    expect(asked.findIndex(({ path }) => path.endsWith("/3"))).toBe(asked.length - 1);
  });

  test.concurrent(
    "retries after 500, but not after 404",
    async () => {
      const troubled = monitor((_, nth) => new Response("", { status: nth < 3 ? 500 : 200 }));
      expect((await ping([`--ping=${troubled.url}`], troubled.told)).stderr).toBe("");
      expect(troubled.asked.map(({ path }) => path)).toEqual([
        ...Array.from({ length: 3 }, () => `${SECRET}/start`),
        SECRET,
      ]);
      const gone = monitor(() => new Response("", { status: 404 }));
      const { stderr } = await ping([`--ping=${gone.url}`], gone.told);
      expect(stderr).toMatch(/: it responded 404\n$/);
      expect(gone.asked).toHaveLength(2);
    },
    600_000,
  );

  test.concurrent(
    "follows a redirect on the same host only, because the URL is a secret",
    async () => {
      const other = right();
      const away = monitor(({ path }) => moved(`${new URL(other.url).origin}${path}`));
      const { code, stderr } = await ping([`--ping=${away.url}`], "exit 3");
      expect(code).toBe(3);
      expect(stderr).toContain("it responded 307, a redirect that is not followed");
      expect(other.asked).toEqual([]);
      const here2 = monitor(({ path }) =>
        path.startsWith("/moved") ? new Response("OK") : moved(`/moved${path}`),
      );
      expect((await ping([`--ping=${here2.url}`], here2.told)).stderr).toBe("");
      expect(
        here2.asked.map(({ path }) => path).filter((path) => path.startsWith("/moved")),
      ).toEqual([`/moved${SECRET}/start`, `/moved${SECRET}`]);
    },
  );

  test.concurrent.each([
    [["--ping=ftp://x"], "this URL for --ping"],
    [["--ping=nothing"], "this URL for --ping"],
    [["--ping=http://x", "--ping-file=y"], "--ping together with --ping-file"],
    [["--ping-body", "--capture"], "--ping-body without --ping"],
    [["--ping=http://x", "--ping-body"], "--ping-body without --capture"],
  ])("refuses %p with 64", async (flags, what) => {
    const { code, stderr } = await runWrapped(form, ["--job=x", ...flags, "--", "true"]);
    expect(code).toBe(64);
    expect(stderr).toStartWith(`heartbeat run: error: Cannot use ${what}`);
  });
});

describe("ping URLs", () => {
  test.each([
    ["http://x/a", "start", "http://x/a/start?rid=r"],
    ["http://x/a/", 3, "http://x/a/3?rid=r"],
    ["http://x/a/", "success", "http://x/a/?rid=r"],
    ["http://x/a?create=1", "fail", "http://x/a/fail?create=1&rid=r"],
    ["http://x", "success", "http://x/?rid=r"],
  ] as const)("of %s for %s", (base, event, url) => {
    expect(pingUrl(base, event, "r").href).toBe(url);
  });

  test.each([
    ["https://x/a", "/b", "https://x/b"],
    ["http://x/a", "https://x/b", "https://x/b"],
    ["https://x/a", "http://x/b", undefined],
    ["https://x/a", "https://y/b", undefined],
    ["https://x/a", "//y/b", undefined],
    ["https://x/a", "https://x:444/b", undefined],
    ["https://x/a", "https://x@y/b", undefined],
    ["https://x/a", null, undefined],
  ])("from %s to %p", (from, to, followed) => {
    expect(allowedRedirect(new URL(from), to)?.href).toBe(followed as string);
  });

  test("depend on the exit code", () => {
    expect([endEvent(0, false), endEvent(0, true), endEvent(3, true)]).toEqual([
      "success",
      "fail",
      3,
    ]);
    expect([isPingUrl("https://x/y"), isPingUrl("file:///x"), isPingUrl("x")]).toEqual([
      true,
      false,
      false,
    ]);
  });
});
