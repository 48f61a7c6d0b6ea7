/**
 * Promise 9: what a client chooses does not multiply what an answer costs. Every request that
 * anyone may send costs at most ten times the CPU of the plain report, in one run on one server;
 * a parameter that is repeated without end, or that has no end, is refused.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "bun:test";
import { idOf, writeCell } from "../tools/cells.ts";
import { type Endpoint, startEndpoint, stopEndpoints } from "../tools/endpoint.ts";
import { scratch } from "../tools/program.ts";

const MOST_TIMES = 10;
const ROUNDS = 6;
const REQUESTS = 20;
/** What fits into the 16 KB of a request's head. */
const HEAD = 14_000;

const base = scratch();
stopEndpoints();

const NAMES = Array.from({ length: 32 }, (_, n) => `label-${n}`);
const LABELS = Object.fromEntries(NAMES.map((name) => [name, `value-of-${name}`]));

/** Each cell has as many labels as a report shows; every other one shares a label with no neighbour. */
function rootOf(cells: number): string {
  const root = join(base, `missions-${cells}`);
  for (let n = 0; n < cells; n++) {
    const labels = { [n % 2 === 0 ? "even" : "odd"]: "", ...LABELS };
    writeCell(root, idOf(n), { mission: { labels } });
  }
  return root;
}

const filled = (piece: string): string => piece.repeat(Math.floor(HEAD / piece.length));
const asked = (query: string, status: number): Sent => ({ path: `/v1/report?${query}`, status });
const headed = (name: string, value: string, status = 200): Sent => ({
  path: "/v1/report",
  status,
  headers: { [name]: value },
});
const read = (path: string, status = 200): Sent => ({ path, status });

interface Sent {
  readonly path: string;
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly method?: string;
}

/** Uncompressed: the compressed report is cached, and costs a tenth. */
const PLAIN: Sent = { ...read("/v1/report"), headers: { "Accept-Encoding": "identity" } };
const SIXTEEN = NAMES.slice(0, 16)
  .map((name) => `label=${name}%3D${LABELS[name]}`)
  .join("&");

/** Everything that a client can choose, filled up to the size of a request, and the expected status. */
const CHOSEN: Readonly<Record<string, Sent>> = {
  "16 labels that all cells have": asked(SIXTEEN, 200),
  "a label that all cells have": asked("label=label-1", 200),
  "a label that every other cell has": asked("label=even", 200),
  "one label, repeated": asked(filled("label=label-1&"), 400),
  "many labels of few letters": asked(filled("label&"), 400),
  "one status, repeated": asked(filled("status=healthy&"), 400),
  "a list of statuses": asked(`status=${filled("healthy,")}`, 400),
  "commas for statuses": asked(`status=${filled(",")}`, 400),
  "a value without end": asked(`label=${filled("%41")}`, 400),
  "a name without end": asked(filled("%41"), 400),
  "parameters that there are not": asked(filled("a=b&"), 400),
  ampersands: asked(filled("&"), 400),
  "a list of ETags": headed("If-None-Match", filled('W/"a",')),
  "commas for ETags": headed("If-None-Match", filled(",")),
  "a token without end": headed("Authorization", `Bearer ${filled("x")}`),
  "types without end": headed("Accept", filled("a/b;q=0.1,")),
  "a Host without end": headed("Host", filled("a"), 403),
  "a path without end": read(`/${filled("%2f")}`, 404),
  "a query where none is read": read(`/livez?${filled("a&")}`),
  "a report's head": { ...PLAIN, method: "HEAD" },
  metrics: read("/metrics"),
  "one cell": read(`/v1/cells/${idOf(0)}`),
  jobs: read("/v1/jobs"),
  health: read("/health"),
  page: read("/"),
  description: read("/openapi.json"),
};

/** The CPU of all threads of a process so far, in microseconds. */
function cpuOf(pid: number): number {
  const spent = readdirSync(`/proc/${pid}/task`).map((thread) =>
    Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, "utf8").split(" ")[0]),
  );
  return spent.reduce((sum, each) => sum + each, 0) / 1000;
}

/** What a request costs the server, in microseconds of CPU. */
async function costOf(server: Endpoint, what: string, sent: Sent): Promise<number> {
  const { path, status, headers = {}, method = "GET" } = sent;
  const before = cpuOf(server.pid);
  for (let n = 0; n < REQUESTS; n++) {
    const response = await server.get(path, { method, headers });
    await response.arrayBuffer();
    expect([what, response.status]).toEqual([what, status]);
  }
  return (cpuOf(server.pid) - before) / REQUESTS;
}

/** The least cost of each, asked in turn: other work on the machine makes none cheaper. */
async function costsOf(server: Endpoint, all: Readonly<Record<string, Sent>>) {
  const seen = new Map<string, number>();
  for (let round = 0; round < ROUNDS; round++)
    for (const [what, sent] of Object.entries(all))
      seen.set(what, Math.min(seen.get(what) ?? Infinity, await costOf(server, what, sent)));
  return seen;
}

test.each([10, 1000])(
  `of %d cells: no request costs more than ${MOST_TIMES} plain reports`,
  async (cells) => {
    const flags = ["--root", rootOf(cells), "--scan-interval=1d"];
    const server = await startEndpoint("executable", ...flags);
    const costs = await costsOf(server, { plain: PLAIN, ...CHOSEN });
    const plain = costs.get("plain") ?? Number.NaN;
    const times = [...costs].map(([what, cost]): [string, number] => [what, cost / plain]);
    const worst = times.toSorted(([, one], [, other]) => other - one).slice(0, 5);
    const told = worst.map(([what, ratio]) => `${what} ${ratio.toFixed(1)}`).join(", ");
    console.log(`${cells} cells: ${plain.toFixed(0)} µs of CPU a plain report; ${told}`);
    expect(times.filter(([, ratio]) => !(ratio <= MOST_TIMES))).toEqual([]);
    expect(await server.stop()).toMatchObject({ code: 0, stderr: "" });
  },
);
