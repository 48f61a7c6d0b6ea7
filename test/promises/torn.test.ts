/**
 * Promise 3: a heartbeat is replaced, never edited. Of a million reads beside two processes
 * that beat as fast as they can, none meets a torn heartbeat, an empty one or none at all.
 */
import { basename, dirname, join } from "node:path";
import { expect, test } from "bun:test";
import { readContract } from "../../lib/host/files/read-json.ts";
import { openSubdirectory, openRoot } from "../../lib/host/files/directory.ts";
import { CELL_FILES } from "../../lib/contract/cell.ts";
import { Heartbeat } from "../../lib/contract/heartbeat.ts";
import { idOf, writeCell } from "../tools/cells.ts";
import { MEMORY, scratch } from "../tools/program.ts";

const READS = 1_000_000;
const WRITERS = 2;
const ID = idOf(1);
const base = scratch(MEMORY);
writeCell(base, ID);

async function startBeating() {
  const beater = join(import.meta.dir, "../tools/beater.ts");
  const child = Bun.spawn([process.execPath, beater, base, ID], { stdout: "pipe" });
  await child.stdout.getReader().read();
  return child;
}

/** Reads until the end; counts what was met, and how many different beats. */
function readAll(): { met: Record<string, number>; beats: number } {
  const state = openSubdirectory(
    openSubdirectory(openRoot(base).fd, ID),
    dirname(CELL_FILES.heartbeat),
  );
  const met: Record<string, number> = {};
  const beats = new Set<string | undefined>();
  for (let reads = 0; reads < READS; reads++) {
    const reading = readContract(state, basename(CELL_FILES.heartbeat), Heartbeat);
    const outcome = reading.outcome === "read" ? "read" : JSON.stringify(reading);
    met[outcome] = (met[outcome] ?? 0) + 1;
    if (reading.outcome === "read") beats.add(reading.value.run_id);
  }
  return { met, beats: beats.size };
}

test("a million reads beside two writers: none is torn, none finds nothing", async () => {
  const writers = await Promise.all(Array.from({ length: WRITERS }, startBeating));
  try {
    const { met, beats } = readAll();
    expect(met).toEqual({ read: READS });
    // Otherwise the writers did not write during the reads.
    expect(beats).toBeGreaterThan(1000);
  } finally {
    for (const writer of writers) writer.kill("SIGKILL");
    await Promise.all(writers.map(({ exited }) => exited));
  }
});
