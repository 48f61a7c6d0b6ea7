/**
 * Pings to a monitor that is right, slow, dead, in trouble, or leads elsewhere.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "bun:test";
import { endEvent, isPingUrl, pingUrl, redirection } from "../lib/rules/ping.ts";
import { freePort } from "./tools/background.ts";
import { FORMS, scratch } from "./tools/program.ts";
import { readRecord, runWrapped } from "./tools/wrapped.ts";

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

/** A monitor that answers as it is told, and what it was asked. */
function monitor(answer: (asked: Asked, nth: number) => Response | Promise<Response>) {
  const asked: Asked[] = [];
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    idleTimeout: 60,
    fetch: async (request) => {
      const url = new URL(request.url);
      const body = await request.text();
      const each = { path: url.pathname, rid: url.searchParams.get("rid"), body };
      asked.push(each);
      return answer(each, asked.length);
    },
  });
  servers.add(server);
  return { asked, url: `http://127.0.0.1:${server.port}${SECRET}` };
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

  test.concurrent("tells of the start and the success, under the run's id", async () => {
    const { asked, url } = right();
    const { code, stderr, record } = await ping([`--ping=${url}`], "sleep 0.3");
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    const rid = record.run_id ?? "";
    expect(asked).toEqual([
      { path: `${SECRET}/start`, rid, body: "" },
      { path: SECRET, rid, body: "" },
    ]);
  });

  test.concurrent(
    "tells the exit code and the end of the output, as much as is wanted",
    async () => {
      const headers = { "Ping-Body-Limit": "8" };
      const { asked, url } = monitor(() => new Response("OK", { headers }));
      const script = "echo first; sleep 0.5; echo the end; exit 7";
      expect((await ping([`--ping=${url}`, "--capture"], script)).code).toBe(7);
      expect(asked.map(({ path, body }) => [path, body])).toEqual([
        [`${SECRET}/start`, ""],
        [`${SECRET}/7`, "the end\n"],
      ]);
    },
  );

  test.concurrent("tells of a command that cannot be started, and of a timeout", async () => {
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

  test.concurrent("reads nothing of an answer but its head", async () => {
    const headers = { "Content-Encoding": "gzip" };
    const { asked, url } = monitor(() => new Response("no gzip at all".repeat(999), { headers }));
    const { code, stderr } = await ping([`--ping=${url}`], "sleep 0.3");
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(asked).toHaveLength(2);
  });

  test.concurrent("takes the address from a file that is private", async () => {
    const { asked, url } = right();
    const file = join(here, `address-${count++}`);
    writeFileSync(file, `${url}\n`, { mode: 0o600 });
    expect((await ping([`--ping-file=${file}`], "true")).stderr).toBe("");
    expect(asked).toHaveLength(2);
    const open = join(here, `address-${count++}`);
    writeFileSync(open, `${url}\n`, { mode: 0o644 });
    const { code, stderr } = await ping([`--ping-file=${open}`], "exit 3");
    expect(code).toBe(3);
    expect(stderr).toMatch(/^heartbeat run: [^\n]*everyone may read it\n$/);
    expect(asked).toHaveLength(2);
  });

  test.concurrent(
    "does not wait for a slow monitor before the command, and 5 s after it",
    async () => {
      const { url } = monitor(async () => (await Bun.sleep(30_000), new Response("OK")));
      const { code, stdout, stderr, seconds, record } = await ping(
        [`--ping=${url}`],
        "echo ran; exit 3",
      );
      expect({ code, stdout }).toEqual({ code: 3, stdout: "ran\n" });
      expect(seconds).toBeLessThan(9);
      expect(record.duration_ms).toBeLessThan(2000);
      expect(stderr).toMatch(/^heartbeat run: Cannot ping 127\.0\.0\.1:\d+: no answer in time\n$/);
    },
    30_000,
  );

  test.concurrent(
    "tells of a dead monitor in one line without the secret",
    async () => {
      const { code, stderr, seconds } = await ping(
        [`--ping=http://127.0.0.1:${freePort()}${SECRET}`],
        "exit 3",
      );
      expect(code).toBe(3);
      expect(seconds).toBeLessThan(9);
      expect(stderr).toMatch(/^heartbeat run: Cannot ping 127\.0\.0\.1:\d+: ECONNREFUSED\n$/);
    },
    30_000,
  );

  test.concurrent("never tells of the start after the end", async () => {
    const { asked, url } = monitor(({ path }) =>
      path.endsWith("/start") ? new Response("", { status: 500 }) : new Response("OK"),
    );
    expect((await ping([`--ping=${url}`], "exit 3")).code).toBe(3);
    expect(asked.length).toBeGreaterThan(1);
    expect(asked.findIndex(({ path }) => path.endsWith("/3"))).toBe(asked.length - 1);
  });

  test.concurrent(
    "tries again after 500, and not after 404",
    async () => {
      const troubled = monitor((_, nth) => new Response("", { status: nth < 3 ? 500 : 200 }));
      expect((await ping([`--ping=${troubled.url}`], "sleep 1")).stderr).toBe("");
      expect(troubled.asked.map(({ path }) => path)).toEqual([
        ...Array.from({ length: 3 }, () => `${SECRET}/start`),
        SECRET,
      ]);
      const gone = monitor(() => new Response("", { status: 404 }));
      const { stderr } = await ping([`--ping=${gone.url}`], "sleep 0.3");
      expect(stderr).toMatch(/: it answered 404\n$/);
      expect(gone.asked).toHaveLength(2);
    },
    30_000,
  );

  test.concurrent(
    "follows a redirection on the same host, and takes the secret nowhere else",
    async () => {
      const other = right();
      const away = monitor(({ path }) => moved(`${new URL(other.url).origin}${path}`));
      const { code, stderr } = await ping([`--ping=${away.url}`], "exit 3");
      expect(code).toBe(3);
      expect(stderr).toContain("it answered 307, and leads elsewhere, which is not followed");
      expect(other.asked).toEqual([]);
      const here2 = monitor(({ path }) =>
        path.startsWith("/moved") ? new Response("OK") : moved(`/moved${path}`),
      );
      expect((await ping([`--ping=${here2.url}`], "sleep 0.3")).stderr).toBe("");
      expect(
        here2.asked.map(({ path }) => path).filter((path) => path.startsWith("/moved")),
      ).toEqual([`/moved${SECRET}/start`, `/moved${SECRET}`]);
    },
  );

  test.concurrent.each([
    [["--ping=ftp://x"], "this address for --ping"],
    [["--ping=nothing"], "this address for --ping"],
    [["--ping=http://x", "--ping-file=y"], "--ping together with --ping-file"],
  ])("refuses %p with 64", async (flags, what) => {
    const { code, stderr } = await runWrapped(form, ["--job=x", ...flags, "--", "true"]);
    expect(code).toBe(64);
    expect(stderr).toStartWith(`heartbeat run: error: Cannot use ${what}`);
  });
});

describe("the addresses of pings", () => {
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
    expect(redirection(new URL(from), to)?.href).toBe(followed as string);
  });

  test("are told by the exit code", () => {
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
