import { expect, test } from "bun:test";
import { closeSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { writeAll } from "../../lib/host/stdio/write.ts";
import { scratch } from "../tools/program.ts";

const folder = scratch();

test.each([
  ["nothing", ""],
  ["a line", "alive\n"],
  ["more than one piece", "0123456789".repeat(100_000)],
  ["characters of four bytes across the pieces' ends", `x${"\u{1f9d9}".repeat(200_000)}`],
  ["characters of three bytes across the pieces' ends", `x${"\u2713".repeat(200_000)}`],
])("all of a text is written: %s", (_, text) => {
  const file = join(folder, "text");
  const fd = openSync(file, "w");
  writeAll(fd, text);
  closeSync(fd);
  expect(readFileSync(file, "utf8") === text).toBe(true);
});
