import { expect, test } from "bun:test";
import { join } from "node:path";
import { idOf, writeCell } from "../tools/cells.ts";
import { leastCpu, ratioText } from "../tools/cost.ts";
import { command, run, scratch } from "../tools/program.ts";

const CELLS = 10_000;
const PARTS_AND_TEXTS = 13;
const MOST = 4;

const folder = scratch();
const root = join(folder, "missions");
const look = join(folder, "look");

test(`scan --json of ${CELLS} cells takes at most ${MOST} times the CPU of the same in C`, async () => {
  expect((await run(["gcc", "-O2", "-o", look, join(import.meta.dir, "look.c")])).stderr).toBe("");
  for (let n = 0; n < CELLS; n++) writeCell(root, idOf(n));
  const scan = [...command("executable", "scan"), "--root", root, "--json"];
  expect(await countsOf(scan)).toEqual({ healthy: CELLS, met: CELLS * PARTS_AND_TEXTS });

  const [ours = 0, theirs = 0] = await leastCpu([scan, [look, root]], 10);
  console.log(ratioText(`scan of ${CELLS} cells`, ours, theirs));
  expect(ours / theirs).toBeLessThanOrEqual(MOST);
});

/** What both programs found: proof that they are compared at the same work. */
async function countsOf(scan: readonly string[]) {
  const [report, looked] = [await run(scan), await run([look, root])];
  const { summary } = JSON.parse(report.stdout) as { summary: { healthy: number } };
  return { healthy: summary.healthy, met: Number(looked.stdout) };
}
