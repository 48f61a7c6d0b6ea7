/**
 * Asking hosts: whatever an address, a command or a file does, the look takes one timeout, each
 * fault is that host's alone, and nothing is left behind.
 */
import { afterAll, expect, test } from "bun:test";
import { chmodSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import type { FleetSource } from "../../lib/contract/fleet-settings.ts";
import { createFleetReporter } from "../../lib/fleet/fleet-reporter.ts";
import { createSourceView } from "../../lib/fleet/sources/source-view.ts";
import { hostClock } from "../../lib/host/clock.ts";
import { scratch } from "../tools/program.ts";
import { simulatedClock } from "../tools/simulated-clock.ts";
import { cellOf, deadCell, reportOf } from "./hosts.ts";

const here = scratch();
const SECRET = "0123456789abcdef-fleet";
const servers: { stop: (force: boolean) => unknown }[] = [];
afterAll(() => servers.forEach((server) => server.stop(true)));

/** A report made `age` seconds ago. */
const textOf = (age: number, changes: object = {}): string => {
  const made = Date.now() - 1000 * age;
  return JSON.stringify({
    ...reportOf([cellOf(1), deadCell(2)]),
    generated_at: new Date(made).toISOString(),
    next_expected_at: new Date(made + 10_000).toISOString(),
    ...changes,
  });
};

function serve(answer: (request: Request) => Response | Promise<Response>): string {
  const server = Bun.serve({ port: 0, hostname: "127.0.0.1", development: false, fetch: answer });
  servers.push(server);
  return `http://127.0.0.1:${server.port}/v1/report`;
}

function file(name: string, text: string | Uint8Array): string {
  writeFileSync(join(here, name), text);
  return join(here, name);
}

const hole = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data() {} } });
servers.push(hole);
const repeating = (chunk: Uint8Array, delayMs: number) =>
  serve(
    () =>
      new Response(
        new ReadableStream({
          async pull(controller) {
            if (delayMs > 0) await Bun.sleep(delayMs);
            controller.enqueue(chunk);
          },
        }),
      ),
  );
const in2031 = {
  generated_at: "2031-01-01T00:00:00.000Z",
  next_expected_at: "2031-01-01T00:00:10.000Z",
};
const bomb = gzipSync(new Uint8Array(200 * 1024 * 1024));
const tokenFile = file("token", SECRET);
chmodSync(tokenFile, 0o600);
Bun.spawnSync(["mkfifo", join(here, "fifo")]);

/** Each source, with the state of its host and a part of the reason. */
const SOURCES: readonly (readonly [FleetSource, string, string])[] = [
  [{ name: "address", url: serve(() => new Response(textOf(1))) }, "live", ""],
  [
    {
      name: "token",
      token_file: tokenFile,
      url: serve(({ headers }) => {
        const isRight = headers.get("Authorization") === `Bearer ${SECRET}`;
        return new Response(isRight ? textOf(1) : "", { status: isRight ? 200 : 401 });
      }),
    },
    "live",
    "",
  ],
  [
    {
      name: "clock-in-2031",
      url: serve(
        () =>
          new Response(textOf(0, in2031), { headers: { Date: "Wed, 01 Jan 2031 00:00:02 GMT" } }),
      ),
    },
    "live",
    "",
  ],
  [
    {
      name: "late-date",
      url: serve(
        () =>
          new Response(textOf(0), { headers: { Date: new Date(Date.now() - 5000).toUTCString() } }),
      ),
    },
    "live",
    "",
  ],
  [{ name: "old", url: serve(() => new Response(textOf(90))) }, "silent", "its report is 1m"],
  [
    { name: "unauthorized", url: serve(() => new Response("", { status: 401 })) },
    "lost",
    "its token is missing or wrong",
  ],
  [
    { name: "elsewhere", url: serve(() => new Response("", { status: 404 })) },
    "lost",
    "404: the path of a report is /v1/report",
  ],
  [{ name: "refused", url: "http://127.0.0.1:1/v1/report" }, "lost", "connection refused"],
  [{ name: "black-hole", url: `http://127.0.0.1:${hole.port}/` }, "lost", "no answer within 5s"],
  [
    { name: "endless", url: repeating(new Uint8Array(65_536).fill(32), 0) },
    "unreadable",
    "more than 16 MiB",
  ],
  [{ name: "dripping", url: repeating(new Uint8Array([32]), 200) }, "lost", "no answer within 5s"],
  [{ name: "junk", url: serve(() => new Response("<html>")) }, "unreadable", "it is not JSON"],
  [
    { name: "bytes", url: serve(() => new Response(new Uint8Array([0xc3, 0x28]))) },
    "unreadable",
    "not UTF-8",
  ],
  [
    {
      name: "bomb",
      url: serve(() => new Response(bomb, { headers: { "Content-Encoding": "gzip" } })),
    },
    "unreadable",
    "not UTF-8",
  ],
  [
    { name: "brackets", url: serve(() => new Response("[".repeat(4_000_000))) },
    "unreadable",
    "more than 64 deep",
  ],
  [
    {
      name: "moved",
      url: serve(() => new Response(null, { status: 302, headers: { Location: "http://x/" } })),
    },
    "lost",
    "302, a redirect",
  ],
  [{ name: "file", file: file("good.json", textOf(70)) }, "live", ""],
  [{ name: "old-file", file: file("old.json", textOf(100)) }, "silent", "its report is 40s old"],
  [{ name: "file-in-2031", file: file("2031.json", textOf(0, in2031)) }, "silent", "ahead of time"],
  [{ name: "no-file", file: join(here, "absent") }, "lost", "no such file"],
  [{ name: "fifo", file: join(here, "fifo") }, "lost", "is a FIFO"],
  [{ name: "directory", file: here }, "lost", "is a directory"],
  [
    { name: "large-file", file: file("large", new Uint8Array(17 * 1024 * 1024)) },
    "unreadable",
    "more than 16 MiB",
  ],
  [
    { name: "command", command: ["sh", "-c", `cat ${join(here, "good.json")}; exit 1`] },
    "live",
    "",
  ],
  [
    { name: "failing", command: ["sh", "-c", "echo no route >&2; exit 255"] },
    "lost",
    'its command ended with 255 and printed nothing: "no route"',
  ],
  [{ name: "absent-command", command: ["/nonexistent"] }, "lost", "it is not installed"],
  [
    {
      name: "sleeping",
      command: [
        "sh",
        "-c",
        `echo $$ >${join(here, "pid")}; sleep 600 & echo $! >${join(here, "pid2")}; wait`,
      ],
    },
    "lost",
    "no answer within 5s",
  ],
  [{ name: "endless-command", command: ["yes"] }, "unreadable", "more than 16 MiB"],
];

const viewOf = (sources: readonly FleetSource[], lostAfter = 1) => {
  const clock = hostClock();
  const stop = new AbortController().signal;
  const view = createSourceView({ sources, clock, stop, lostAfter, skewMs: 60_000 });
  const next = createFleetReporter(view, clock);
  return async () => (await next()).report;
};

/** A zombie, which its parent has yet to read, does not run. */
function isRunning(name: string): boolean {
  const pid = readFileSync(join(here, name), "utf8").trim();
  const stat = existsSync(`/proc/${pid}/stat`) ? readFileSync(`/proc/${pid}/stat`, "utf8") : "";
  return stat !== "" && !/\) [ZX] /.test(stat);
}

test(`each of ${SOURCES.length} sources has its own state, within one timeout, and no process is left`, async () => {
  const started = performance.now();
  const report = await viewOf(SOURCES.map(([source]) => source))();
  const tookMs = performance.now() - started;
  const states = report.hosts.map(({ name, state, why }) => [name, state, why ?? ""]);
  const expected = SOURCES.map(([{ name }, state, why]) => [
    name,
    state,
    expect.stringContaining(why),
  ]);
  expect(states).toEqual(expected.toSorted(([a], [b]) => (String(a) < String(b) ? -1 : 1)));
  expect([isRunning("pid"), isRunning("pid2")]).toEqual([false, false]);
  // One timeout is 5 s; two would be 10 s.
  expect(tookMs).toBeLessThan(10_000);
}, 60_000);

test("a host of a longer look is lost at the third failure, keeps its last word, and comes back", async () => {
  let isUp = true;
  const url = serve(() => (isUp ? new Response(textOf(1)) : new Response("", { status: 503 })));
  const look = viewOf([{ name: "a", url }], 3);
  const seen: string[] = [];
  for (const up of [true, false, false, false, true]) {
    isUp = up;
    const { hosts, cells, summary } = await look();
    seen.push(`${hosts[0]?.state} ${cells.length} ${summary.cells.not_known}`);
  }
  expect(seen).toEqual(["live 2 0", "live 2 0", "live 2 0", "lost 2 2", "live 2 0"]);
});

test("a host that answers is live, however long the look takes for others", async () => {
  const clock = simulatedClock();
  const url = serve(() => new Response(textOf(1)));
  const slow = serve(async () => {
    await Bun.sleep(300);
    clock.pass(120);
    return new Response("", { status: 503 });
  });
  const sources = [
    { name: "a", url },
    { name: "b", url: slow },
  ];
  const stop = new AbortController().signal;
  const view = createSourceView({ sources, clock, lostAfter: 3, skewMs: 0, stop });
  const { report } = await createFleetReporter(view, clock)();
  expect(report.hosts).toMatchObject([{ state: "live" }, { state: "unknown" }]);
});

test("a host that misses a slow look is live as after a fast one; between looks its report ages", async () => {
  const clock = simulatedClock();
  let isUp = true;
  const url = serve(() => (isUp ? new Response(textOf(1)) : new Response("", { status: 503 })));
  const slow = serve(() => {
    clock.pass(120);
    return new Response("", { status: 503 });
  });
  const sources = [
    { name: "a", url },
    { name: "b", url: slow },
  ];
  const stop = new AbortController().signal;
  const view = createSourceView({ sources, clock, lostAfter: 3, skewMs: 0, stop });
  const look = createFleetReporter(view, clock);
  const stateOfA = async () => (await look()).report.hosts[0]?.state;
  expect(await stateOfA()).toBe("live");
  isUp = false;
  expect(await stateOfA()).toBe("live");
  clock.pass(40);
  expect(await stateOfA()).toBe("silent");
  expect(await stateOfA()).toBe("lost");
});

/** A host with the kernel's name `host`. */
const serveAs = (host: string): string => serve(() => new Response(textOf(1, { host })));

test("an address that gives another source's report is unreadable, the other one is not", async () => {
  const report = await viewOf([
    { name: "alpha", url: serveAs("Beta") },
    { name: "beta", url: serveAs("Beta") },
  ])();
  expect(report.hosts.map(({ state }) => state)).toEqual(["unreadable", "live"]);
  expect(report.hosts[0]?.why).toBe('it gave the report of "beta": correct its source');
});

test("hosts whose kernels have the same name are all live", async () => {
  const urls = [serveAs("debian"), serveAs("debian")];
  const report = await viewOf(urls.map((url, at) => ({ name: `h${at}`, url })))();
  expect(report.hosts.map(({ state }) => state)).toEqual(["live", "live"]);
});

test("a token file that everyone may read is refused before anything is asked", () => {
  const open = file("open-token", SECRET);
  chmodSync(open, 0o644);
  const source = { name: "a", url: "http://127.0.0.1:1/", token_file: open };
  expect(() => viewOf([source])).toThrow("everyone may read it");
});
