/**
 * An error while an event is handled is logged in the cell's log, but not each time.
 */
import { readFileSync, utimesSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "bun:test";
import { tryAppendToLog } from "../../lib/cell/best-effort-log.ts";
import { openRoot } from "../../lib/host/files/directory.ts";
import { CELL_FILES } from "../../lib/contract/cell.ts";
import { idOf, writeCell } from "../tools/cells.ts";
import { scratch } from "../tools/program.ts";

const ID = idOf(1);
const path = join(scratch(), "missions");
const log = join(writeCell(path, ID), CELL_FILES.log);
const lines = () => readFileSync(log, "utf8").trim().split("\n").length;

test.each([
  ["a log that was written just now", -1, 0],
  ["an older log", -11, 1],
  ["a log from a future that another clock saw", 3600, 1],
])("notes in %s what it should", (_, seconds, more) => {
  const now = new Date();
  const root = openRoot(path);
  tryAppendToLog(root, ID, { program: "test", event: "first" }, new Date(now.getTime() + 60_000));
  const before = lines();
  const then = now.getTime() / 1000 + seconds;
  utimesSync(log, then, then);
  tryAppendToLog(root, ID, { program: "test", event: "again" }, now);
  expect(lines() - before).toBe(more);
  root.close();
});
