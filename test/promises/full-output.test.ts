/**
 * Promise 7: output is whole, or the exit code is not 0. Against a full disk, a reader that
 * goes away, and one that is slow on a pipe that does not wait.
 */
import { closeSync, constants, mkdirSync, openSync, readSync } from "node:fs";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "bun:test";
import { errnoOf } from "../../lib/host/errno.ts";
import type { Report } from "../../lib/contract/report.ts";
import { idOf, writeCell } from "../tools/cells.ts";
import { lacking } from "../tools/needs.ts";
import { command, FORMS, type Program, run, scratch } from "../tools/program.ts";
import { bodyOf } from "../tools/proposals.ts";

const CELLS = 2000;
const base = scratch();
const root = join(base, "missions");
// So that a table is far larger than a pipe, and a report larger than 5 MB.
const LABELS = Object.fromEntries(
  Array.from({ length: 12 }, (_, label) => [`${label}`.padEnd(100, "n"), "v".repeat(100)]),
);
for (let cell = 1; cell <= CELLS; cell++)
  writeCell(root, idOf(cell), { title: "t".repeat(200), mission: { labels: LABELS } });

const body = join(base, "body.md");
writeFileSync(body, bodyOf());

const CALLS: readonly (readonly [Program, string])[] = [
  ["scan", "--root ROOT"],
  ["scan", "--root ROOT --json"],
  ["scan", "--root ROOT --ndjson"],
  ["scan", "--root ROOT --prometheus"],
  ["scan", `--root ROOT --explain ${idOf(1)}`],
  ["scan", "--help"],
  ["init-cell", `${idOf(1)} --root ROOT`],
  ["init-cell", `${idOf(1)} --root ROOT --json`],
  ["mission", `${idOf(1)} --root ROOT`],
  ["heartbeat", `${idOf(1)} --root ROOT --json`],
  ["accept-proposals", `--body ${body} --root ROOT --dry-run`],
  ["accept-proposals", `--body ${body} --root ROOT --dry-run --json`],
  ["lazarus-pit", "config"],
  ["lazarus-pit", "--version"],
];

/** Calls the shell's `line`, where `"$@"` is the program. */
const inShell = (line: string, program: Program, args: string, form = FORMS[1]) =>
  run(["sh", "-c", line, "sh", ...command(form, program), ...words(args)]);

const INTO_FULL = 'exec "$@" > /dev/full';

const words = (args: string) => args.replace("ROOT", root).split(" ");

test.each(CALLS)("%s %s into a full disk ends with 74 and says why", async (program, args) => {
  const { code, stderr } = await inShell(INTO_FULL, program, args);
  // With --json the error is JSON too.
  const error = /(?:error: |"message":")Cannot write to stdout: [^"\n]+ \(ENOSPC\)/;
  expect({ code, stderr }).toEqual({ code: 74, stderr: expect.stringMatching(error) });
  expect(stderr).toMatch(/(?:hint: |"hint":")the output is incomplete: do not use it/);
});

test.each(["ROOT", "/nowhere"])(
  "scan --check --root %s into a full disk is UNKNOWN",
  async (path) => {
    const { code, stderr } = await inShell(INTO_FULL, "scan", `--check --root ${path}`);
    expect({ code, stderr }).toEqual({
      code: 3,
      stderr: expect.stringMatching(/^MISSIONS UNKNOWN - Cannot .+\n$/),
    });
  },
);

test.each(["", "--json", "--ndjson", "--prometheus"])(
  "scan %s to a reader that goes away ends silently with 74",
  async (form) => {
    const codes = join(base, "codes");
    const line = `{ "$@"; echo $? > ${codes}; } | head -c 1`;
    const { stdout, stderr } = await inShell(line, "scan", `--root ROOT ${form}`.trim());
    expect([stdout.length, stderr]).toEqual([1, ""]);
    expect(readFileSync(codes, "utf8")).toBe("74\n");
  },
);

/** A pipe to read from as it fills. */
async function openPipe(name: string): Promise<{ reader: number; writer: number }> {
  const path = join(base, name);
  await run(["mkfifo", path]);
  const reader = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  return { reader, writer: openSync(path, constants.O_WRONLY) };
}

/** Reads to the end, a little at a time; undefined stands for "nothing yet". */
async function readSlowly(reader: number): Promise<string> {
  const chunks: Buffer[] = [];
  const chunk = Buffer.alloc(65_536);
  for (;;) {
    await Bun.sleep(2);
    const length = readSome(reader, chunk);
    if (length === 0) return Buffer.concat(chunks).toString();
    if (length !== undefined) chunks.push(Buffer.from(chunk.subarray(0, length)));
  }
}

function readSome(reader: number, into: Buffer): number | undefined {
  try {
    return readSync(reader, into);
  } catch (error) {
    if (errnoOf(error) === "EAGAIN") return undefined;
    throw error;
  }
}

// Bun gives a child only blocking pipes; perl, which every Debian has, makes this one non-blocking.
const NO_WAIT = ["perl", "-MFcntl", "-e", "fcntl(STDOUT, F_SETFL, O_NONBLOCK); exec @ARGV"];

test.each(FORMS)(
  "5 MB reach a slow reader whole, by a pipe that does not wait (%s)",
  async (form) => {
    const { reader, writer } = await openPipe(form);
    const argv = [...NO_WAIT, ...command(form, "scan"), ...words("--root ROOT --json")];
    const child = Bun.spawn(argv, { stdio: ["ignore", writer, "inherit"] });
    closeSync(writer);
    const text = await readSlowly(reader);
    expect(await child.exited).toBe(0);
    expect(text.length).toBeGreaterThan(5_000_000);
    expect((JSON.parse(text) as Report).cells.length).toBe(CELLS);
  },
);

const lack = lacking("root", "mount");
describe.skipIf(lack !== "")(`--output on a full disk${lack}`, () => {
  test("keeps the file that is there, and leaves nothing else", async () => {
    const disk = join(base, "disk");
    mkdirSync(disk);
    await run(["mount", "-t", "tmpfs", "-o", "size=1M", "tmpfs", disk]);
    try {
      const file = join(disk, "report.json");
      writeFileSync(file, "the last report");
      const argv = [...command("executable", "scan"), ...words(`--root ROOT --output ${file}`)];
      expect(await run(argv)).toMatchObject({
        code: 73,
        stderr: expect.stringContaining("ENOSPC"),
      });
      expect(readFileSync(file, "utf8")).toBe("the last report");
      expect(readdirSync(disk)).toEqual(["report.json"]);
    } finally {
      await run(["umount", disk]);
    }
  });
});
