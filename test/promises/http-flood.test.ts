/**
 * Requests and rounds do not hold up each other: under a flood of costly requests supervise
 * goes on with its rounds, and while a round hangs its endpoint answers, and says so.
 */
import { chmodSync, cpSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, test } from "bun:test";
import { beatToken } from "../../lib/http/access.ts";
import { eventually } from "../tools/background.ts";
import { idOf, writeCell } from "../tools/cells.ts";
import { lacking } from "../tools/needs.ts";
import { scratch } from "../tools/program.ts";
import { type Daemon, type Place, placeOf, stopDaemons, until } from "../tools/supervised.ts";

stopDaemons();
const base = scratch();

const CELLS = 200;
const CLIENTS = 16;
const ROUNDS = 4;
const INTERVAL_SECONDS = 2;
const LEAST_REQUESTS = 500;
/** A flood ends after this time in any case. It is not a number of requests: a fast host answers many in one round. */
const MOST_MS = 60_000;
const SECRET = "the-secret-behind-all-beats";

const NAMES = Array.from({ length: 16 }, (_, n) => `label-${n}`);
const LABELS = Object.fromEntries(NAMES.map((name) => [name, `value-of-${name}`]));
const COSTLY = `/v1/report?${NAMES.map((name) => `label=${name}`).join("&")}`;

/** Asks the daemon at the socket of a place. */
const ask = ({ here }: Place, path: string, init: RequestInit = {}): Promise<Response> =>
  fetch(`http://localhost${path}`, { ...init, unix: join(here, "s") });

const statusOf = async (place: Place, path: string): Promise<number> =>
  (await ask(place, path)).status;

/** Starts a daemon that serves at the socket `s` of its place, and waits until it does. */
async function serving(place: Place, ...flags: string[]): Promise<Daemon> {
  const daemon = place.start("executable", `--listen=unix:${join(place.here, "s")}`, ...flags);
  await eventually(async () => ((await ask(place, "/readyz")).ok ? true : undefined));
  return daemon;
}

/** The CPU of each thread of a process so far, in nanoseconds. */
const cpuOf = (pid: number): Map<number, number> =>
  new Map(
    readdirSync(`/proc/${pid}/task`).map((thread) => [
      Number(thread),
      Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, "utf8").split(" ")[0]),
    ]),
  );

/** Costly requests from many clients until `isEnough`; gives how many were answered. */
async function flood(place: Place, isEnough: (count: number) => boolean): Promise<number> {
  let answered = 0;
  const end = performance.now() + MOST_MS;
  const client = async () => {
    while (!isEnough(answered) && performance.now() < end) {
      const response = await ask(place, COSTLY);
      expect(response.status).toBe(200);
      await response.arrayBuffer();
      answered += 1;
    }
  };
  await Promise.all(Array.from({ length: CLIENTS }, client));
  return answered;
}

test("under a flood of costly requests rounds go on, and another thread than theirs answers", async () => {
  const place = placeOf({ scan_interval_seconds: INTERVAL_SECONDS, stale_after_seconds: 3600 });
  for (let n = 0; n < CELLS; n++) writeCell(place.root, idOf(n), { mission: { labels: LABELS } });
  const daemon = await serving(place);
  const rounds = new Set<string>();
  const counting = setInterval(() => rounds.add(place.report().generated_at), 200);
  const before = cpuOf(daemon.pid);
  const isEnough = (count: number) => rounds.size > ROUNDS && count >= LEAST_REQUESTS;
  const answered = await flood(place, isEnough).finally(() => clearInterval(counting));
  const spent = [...cpuOf(daemon.pid)].map(([thread, all]): [number, number] => [
    thread,
    all - (before.get(thread) ?? 0),
  ]);
  const [busiest] = spent.toSorted(([, one], [, other]) => other - one);
  console.log(`${answered} requests in ${rounds.size} rounds`);
  expect(rounds.size).toBeGreaterThan(ROUNDS);
  expect(busiest?.[0]).not.toBe(daemon.pid);
  const { code, stderr } = await daemon.stop();
  expect(code).toBe(0);
  expect(stderr).toStartWith(place.MADE);
  expect(stderr).not.toContain("error:");
});

const noStrace = lacking("strace");
describe.skipIf(noStrace !== "")(`as strace shows it${noStrace}`, () => {
  const secretFile = join(base, "secret");
  writeFileSync(secretFile, SECRET);
  chmodSync(secretFile, 0o600);

  test("a round that hangs is told by /readyz, then by /livez, and both know when it is over", async () => {
    const place = placeOf();
    writeCell(place.root, idOf(1));
    const daemon = await serving(place);
    // Without -f, strace delays only the thread of the rounds; with -P, only its calls on these paths.
    // Other calls must not wait: the runtime reads /proc/self/statm under a lock that the endpoint needs.
    const hold = "inject=fsync,openat,openat2,statx,newfstatat,fstat:delay_enter=300000000";
    const places = [place.root, place.folder].flatMap((path) => ["-P", path]);
    const argv = ["strace", "-o", "/dev/null", "-e", hold, ...places, "-p", `${daemon.pid}`];
    const strace = Bun.spawn(argv, { stdin: "ignore", stdout: "ignore", stderr: "ignore" });
    const becomes = (path: string, status: number, seconds: number) =>
      eventuallyWithin(seconds, async () => (await statusOf(place, path)) === status);
    await becomes("/readyz", 503, 30);
    expect(await (await ask(place, "/readyz")).text()).toContain("the last good scan is");
    // A round may still last this long, so the daemon counts as alive.
    expect(await statusOf(place, "/livez")).toBe(200);
    await becomes("/livez", 503, 120);
    expect((await (await ask(place, "/v1/report")).json()) as object).toMatchObject({
      summary: { total: 1 },
    });
    strace.kill("SIGTERM");
    await strace.exited;
    await becomes("/livez", 200, 30);
    await becomes("/readyz", 200, 30);
    expect((await daemon.stop()).code).toBe(0);
  });

  test("a beat over HTTP is written by no thread that makes rounds", async () => {
    const place = placeOf();
    const [id, trace] = [idOf(1), join(place.here, "trace")];
    writeCell(place.root, id);
    const daemon = await serving(place, "--beat-secret-file", secretFile);
    const argv = ["strace", "-f", "-y", "-o", trace, "-e", "trace=fsync", "-p", `${daemon.pid}`];
    const strace = Bun.spawn(argv, { stdin: "ignore", stdout: "ignore", stderr: "pipe" });
    await strace.stderr.getReader().read();
    const headers = {
      Authorization: `Bearer ${beatToken(SECRET, id)}`,
      "Content-Type": "application/json",
    };
    const sent = { method: "PUT", headers, body: '{"state":"working"}' };
    expect((await ask(place, `/v1/cells/${id}/heartbeat`, sent)).status).toBe(200);
    const lines = () => readFileSync(trace, "utf8").split("\n");
    await until(() => lines().some((line) => line.includes(id)));
    const writers = lines().filter((line) => line.includes(id));
    expect(writers.filter((line) => Number(line.split(" ")[0]) === daemon.pid)).toEqual([]);
    strace.kill("SIGTERM");
    await strace.exited;
    expect((await daemon.stop()).code).toBe(0);
  });
});

async function eventuallyWithin(seconds: number, isSo: () => Promise<boolean>): Promise<void> {
  const end = performance.now() + 1000 * seconds;
  while (!(await isSo())) {
    if (performance.now() > end) throw new Error(`It did not come about in ${seconds} s`);
    await Bun.sleep(100);
  }
}

describe("an endpoint whose thread dies ends the daemon, which says why", () => {
  const PAGE = "lib/http/page-route.ts";
  const source = readFileSync(resolve(import.meta.dir, "../..", PAGE), "utf8");
  test.each([
    ["of a bug", 'throw new Error("a bug of the endpoint")', "a bug of the endpoint"],
    ["without a word", "process.exit(0)", "A worker thread of this process has ended"],
  ])("%s", async (what, fault, said) => {
    const tree = join(base, what.replaceAll(" ", "-"));
    for (const part of ["bin", "lib", "config", "package.json"])
      cpSync(resolve(import.meta.dir, "../..", part), join(tree, part), { recursive: true });
    symlinkSync(resolve(import.meta.dir, "../../node_modules"), join(tree, "node_modules"));
    const broken = source.replace(
      /export const page = ([^\n]*)/,
      `const shown = $1\nexport const page = (request: Request) => (setTimeout(() => { ${fault}; }), shown(request));`,
    );
    expect(broken).not.toBe(source);
    writeFileSync(join(tree, PAGE), broken);

    const place = placeOf();
    const listen = `--listen=unix:${join(place.here, "s")}`;
    const daemon = place.startScript(join(tree, "bin/supervise.ts"), listen);
    await eventually(async () => ((await ask(place, "/readyz")).ok ? true : undefined));
    // Not compressed, which takes another turn of the event loop: it is answered before the fault.
    const plain = await ask(place, "/", { headers: { "Accept-Encoding": "identity" } });
    expect(plain.status).toBe(200);
    expect(await daemon.exited).toBe(70);
    expect((await daemon.stop()).stderr).toMatch(/^supervise: bug: /m);
    expect(daemon.said()).toContain(said);
  });
});
