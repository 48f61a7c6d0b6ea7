import { expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { $ } from "bun";
import { idOf, writeCell } from "../tools/cells.ts";
import { leastCpu, ratioText } from "../tools/cost.ts";
import { command, scratch } from "../tools/program.ts";

const MOST = 3;

const folder = scratch();
const root = join(folder, "missions");
writeCell(root, idOf(1));

test(`a heartbeat takes at most ${MOST} times the CPU of a compiled hello world`, async () => {
  const hello = join(folder, "hello");
  writeFileSync(`${hello}.ts`, 'console.log("hello");\n');
  await $`${process.execPath} build --compile --outfile ${hello} ${hello}.ts`.quiet();
  const beat = [...command("executable", "heartbeat"), idOf(1), "--root", root];

  const [ours = 0, theirs = 0] = await leastCpu([beat, [hello]], 30);
  console.log(ratioText("heartbeat", ours, theirs));
  expect(ours / theirs).toBeLessThanOrEqual(MOST);
});
