/**
 * What a fleet costs a host while etcd does not answer: rounds of supervise with `--fleet` beside those
 * of one without, at the same time and on the same cells.
 */
import { createServer, type Socket } from "node:net";
import { join } from "node:path";
import { afterAll, expect, test } from "bun:test";
import { ratioText } from "../tools/cost.ts";
import { beatInSome, roundCpu, waitForRounds } from "../tools/daemon-cost.ts";
import { MEMORY, scratch } from "../tools/program.ts";
import { writeRoot } from "../tools/roots.ts";
import { placeOf, stopDaemons } from "../tools/supervised.ts";

const CELLS = 2000;
/** Rounds until the just-in-time compiler has done its work, and those that are measured. */
const [WARM_ROUNDS, ROUNDS] = [8, 18];
/** Measured: 0.95 to 1.15, on a busy machine. */
const MOST = 1.4;

stopDaemons();
const folder = scratch(MEMORY);
const sockets = new Set<Socket>();
const hole = createServer((socket) => sockets.add(socket.on("error", () => {})));
afterAll(() => {
  for (const socket of sockets) socket.destroy();
  hole.close();
});

/** The address of a server that takes requests and never answers. */
async function blackHole(): Promise<string> {
  await new Promise<void>((resolve) => hole.listen(0, "127.0.0.1", resolve));
  const address = hole.address();
  return `http://127.0.0.1:${typeof address === "object" ? address?.port : 0}`;
}

/** Starts a supervise on cells of its own. */
function superviseOn(name: string, settings: object, ...flags: string[]) {
  const root = join(folder, name);
  writeRoot(root, CELLS);
  const place = placeOf({ root, stale_after_seconds: 3600, ...settings }, MEMORY);
  const daemon = place.start("executable", ...flags);
  const mark = () => String(Bun.file(join(place.here, "beats/lazarus_pit.last")).lastModified);
  const beat = (round: number) => beatInSome(root, CELLS, round);
  return { daemon, measured: { pid: daemon.pid, mark }, beat };
}

test(`a round while etcd does not answer takes at most ${MOST} times the CPU of one without a fleet`, async () => {
  const fleet_etcd = { endpoints: [await blackHole()] };
  const both = [
    superviseOn("member", { fleet_name: "alpha", fleet_etcd }, "--fleet"),
    superviseOn("alone", {}),
  ];
  await Promise.all(both.map(({ measured, beat }) => waitForRounds(measured, WARM_ROUNDS, beat)));
  const [member = Number.NaN, alone = Number.NaN] = await Promise.all(
    both.map(({ measured, beat }) => roundCpu(measured, ROUNDS, beat)),
  );
  console.log(ratioText("a round with etcd away beside one without a fleet", member, alone));
  // It asked again and again.
  expect(sockets.size).toBeGreaterThan(3);
  expect(both[0]?.daemon.said()).toContain("Cannot reach etcd");
  await Promise.all(both.map(({ daemon }) => daemon.stop()));
  expect(member / alone).toBeLessThanOrEqual(MOST);
});
