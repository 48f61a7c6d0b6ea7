/**
 * What daemons cost: a round of supervise and a scan of serve-health on many cells, as multiples of
 * one scan in C; and supervise beside monit, which looks at the age of the same files as often.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "bun:test";
import { CELL_FILES } from "../../lib/contract/cell.ts";
import { leastCpu, ratioText } from "../tools/cost.ts";
import { idOf } from "../tools/cells.ts";
import {
  beatInSome,
  type Measurable,
  memoryOf,
  roundCpu,
  waitForRounds,
} from "../tools/daemon-cost.ts";
import { startEndpoint, stopEndpoints } from "../tools/endpoint.ts";
import { lacking } from "../tools/needs.ts";
import { MEMORY, scratch } from "../tools/program.ts";
import { QUICK } from "../tools/results.ts";
import { writeRoot } from "../tools/roots.ts";
import { type Daemon, placeOf, stopDaemons } from "../tools/supervised.ts";
import { buildYardstick } from "../tools/yardstick.ts";

/** CPU in multiples of the yardstick's, by cells, and the memory of supervise in megabytes. */
const MOST = {
  10_000: { round: 1.4, scan: 2.3, megabytes: 140 },
  100_000: { round: 1.4, scan: 2.3, megabytes: 480 },
} as const;
const SIZES = ([10_000, 100_000] as const).filter((size) => size <= 10_000 || !QUICK);
/** Rounds until the just-in-time compiler has done its work, and those that are measured. */
const [WARM_ROUNDS, ROUNDS] = [12, 6];
const LIMIT_SECONDS = 3600;
const LIMIT = { stale_after_seconds: LIMIT_SECONDS };

stopDaemons();
stopEndpoints();
const folder = scratch(MEMORY);
const lack = lacking("gcc");
const yardstick = lack === "" ? await buildYardstick(folder) : "";

describe.skipIf(lack !== "").each(SIZES)(`on %d cells${lack}`, (size) => {
  const root = join(folder, `missions-${size}`);
  const inC = async () => (await leastCpu([[yardstick, root, String(LIMIT_SECONDS)]], 5))[0] ?? 0;

  test(`a round of supervise takes at most ${MOST[size].round} times the CPU of a scan in C, and ${MOST[size].megabytes} MB`, async () => {
    writeRoot(root, size);
    const { daemon, measured } = superviseOn(root);
    const round = await cpuOfRounds(measured, root, size);
    const text = ratioText(`supervise, ${size} cells, a round`, round, await inC());
    const megabytes = memoryOf(daemon.pid);
    console.log(`${text}, ${megabytes.toFixed(0)} MB`);
    await daemon.stop();
    expect(megabytes).toBeLessThan(MOST[size].megabytes);
    expect(round / (await inC())).toBeLessThanOrEqual(MOST[size].round);
  });

  test(`a scan of serve-health takes at most ${MOST[size].scan} times that`, async () => {
    const interval = "--scan-interval=1s";
    const server = await startEndpoint("executable", "--root", root, interval);
    const mark = async () =>
      /"time":"[^"]*"/.exec(await (await server.get("/health")).text())?.[0] ?? "";
    const scan = await cpuOfRounds({ pid: server.pid, mark }, root, size);
    const text = ratioText(`serve-health, ${size} cells, a scan`, scan, await inC());
    console.log(`${text}, ${memoryOf(server.pid).toFixed(0)} MB`);
    await server.stop();
    expect(scan / (await inC())).toBeLessThanOrEqual(MOST[size].scan);
  });
});

/** A supervise on a root; a round begins each second, or later if it takes longer. */
function superviseOn(root: string): { readonly daemon: Daemon; readonly measured: Measurable } {
  const place = placeOf({ root, ...LIMIT }, MEMORY);
  const daemon = place.start("executable");
  const mark = () => String(Bun.file(join(place.here, "beats/lazarus_pit.last")).lastModified);
  return { daemon, measured: { pid: daemon.pid, mark } };
}

/** The CPU of a round in which one of a hundred cells has beaten, in milliseconds. */
async function cpuOfRounds(measured: Measurable, root: string, size: number): Promise<number> {
  const beat = (round: number) => beatInSome(root, size, round);
  await waitForRounds(measured, WARM_ROUNDS, beat);
  return roundCpu(measured, ROUNDS, beat);
}

/** Measured: 3.2 to 7.2; 85 to 107 MB, where monit holds 16. */
const [MOST_OF_MONIT, MOST_MEGABYTES] = [12, 130];
const [BESIDE_MONIT, MONIT_ROUNDS] = [5000, 12];

/** So old that no file of the root is: what monit finds is in its log, which would cost it more. */
const NEVER_MINUTES = 100_000;

/** Starts a monit that checks the age of each heartbeat file each second, until the end of the tests. */
function monitOn(root: string, cells: number): Measurable {
  const [config, log] = [join(folder, "monitrc"), join(folder, "monit.log")];
  const beating = Array.from({ length: cells }, (_, n) => n).filter(
    (n) => [1, 2, 3].includes(n % 20) || n % 20 > 5,
  );
  const checks = beating.map(
    (n) =>
      `check file ${idOf(n)} path ${join(root, idOf(n), CELL_FILES.heartbeat)}\n  if timestamp > ${NEVER_MINUTES} minutes then alert\n`,
  );
  // It says in each round that this one is absent, and nothing else.
  const last = `check file round path ${join(folder, "absent")}\n`;
  const places = ["pid", "id", "state"].map((name) => `set ${name}file ${folder}/monit.${name}\n`);
  const text = [`set daemon 1\nset log ${log}\n`, ...places, ...checks, last].join("");
  writeFileSync(config, text, { mode: 0o600 });
  const child = Bun.spawn(["monit", "-I", "-c", config], { stdio: ["ignore", "ignore", "ignore"] });
  afterAll(() => child.kill("SIGKILL"));
  const mark = async () => String((await Bun.file(log).text()).split("trying to restart").length);
  return { pid: child.pid, mark };
}

const noMonit = lacking("monit");
test.skipIf(noMonit !== "")(
  `supervise on ${BESIDE_MONIT} cells takes at most ${MOST_OF_MONIT} times the CPU of monit on their heartbeats, and ${MOST_MEGABYTES} MB${noMonit}`,
  async () => {
    const root = join(folder, "missions-monit");
    writeRoot(root, BESIDE_MONIT);
    const { daemon, measured } = superviseOn(root);
    const monit = monitOn(root, BESIDE_MONIT);
    const beat = (round: number) => beatInSome(root, BESIDE_MONIT, round);
    await waitForRounds(measured, 2 * WARM_ROUNDS, beat);
    const [ours, theirs] = await Promise.all([
      roundCpu(measured, MONIT_ROUNDS, beat),
      roundCpu(monit, MONIT_ROUNDS, () => {}),
    ]);
    const megabytes = memoryOf(daemon.pid);
    const text = ratioText("supervise beside monit, a round", ours, theirs);
    console.log(`${text}, ${megabytes.toFixed(0)} MB against ${memoryOf(monit.pid).toFixed(0)}`);
    expect(ours / theirs).toBeLessThanOrEqual(MOST_OF_MONIT);
    expect(megabytes).toBeLessThan(MOST_MEGABYTES);
  },
);
