/**
 * What a start costs: short commands, as multiples of a compiled hello world, which is the least that an
 * executable of Bun's takes on the same machine in the same minute.
 */
import { expect, test } from "bun:test";
import { join } from "node:path";
import { idOf, writeCell } from "../tools/cells.ts";
import { buildHello, leastCpu, ratioText } from "../tools/cost.ts";
import { command, scratch } from "../tools/program.ts";

/**
 * The ratios differ by machine: the faster a hello, the higher they are. Measured where it takes 33 to 52 ms:
 * 1.4 to 1.8 for a heartbeat, 1.6 to 2.2 for a scan.
 */
const MOST = { heartbeat: 3.5, scan: 4.5 };

const folder = scratch();
const root = join(folder, "missions");
for (let n = 0; n < 10; n++) writeCell(root, idOf(n));

test(`a heartbeat takes at most ${MOST.heartbeat} times the CPU of a compiled hello world, and a scan of 10 cells ${MOST.scan}`, async () => {
  const hello = await buildHello(folder);
  const beat = [...command("executable", "heartbeat"), idOf(1), "--root", root];
  const scan = [...command("executable", "scan"), "--root", root];

  const [beating = 0, scanning = 0, least = 0] = await leastCpu([beat, scan, [hello]], 30);
  console.log(ratioText("heartbeat", beating, least));
  console.log(ratioText("scan of 10 cells", scanning, least));
  expect(beating / least).toBeLessThanOrEqual(MOST.heartbeat);
  expect(scanning / least).toBeLessThanOrEqual(MOST.scan);
});
