import { describe, expect, test } from "bun:test";
import {
  chmodSync,
  lchownSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join, relative } from "node:path";
import { openRoot } from "../../lib/host/files/directory.ts";
import { observeCell } from "../../lib/cell/observe.ts";
import { scanRoot } from "../../lib/scan/scan.ts";
import { CELL_DIRS, CELL_FILES, FILE_LIMIT } from "../../lib/contract/cell.ts";
import { OperatorError } from "../../lib/base/errors.ts";
import type { ReportCell } from "../../lib/contract/report.ts";
import { idOf, writeCell, writeJson } from "../tools/cells.ts";
import { LIMITS } from "../tools/facts.ts";
import { lacking } from "../tools/needs.ts";
import { NOBODY } from "../tools/privileges.ts";
import { scratch } from "../tools/program.ts";

const base = scratch();
const outside = join(base, "outside");
const path = join(base, "missions");
mkdirSync(path);
writeCell(base, "outside");
const root = openRoot(path);
const NEIGHBOUR = idOf(0xffff);
symlinkSync(path, join(writeCell(path, NEIGHBOUR), "link"));

let made = 0;
/** Creates a sound cell, damages it, and returns its entry in the report. */
function judge(damage: (cell: string) => void): ReportCell {
  const id = idOf(++made);
  damage(writeCell(path, id));
  const [cell] = scanRoot({ root, ids: [id], limits: LIMITS, now: new Date() }).cells;
  if (cell === undefined) throw new Error("no cell");
  return cell;
}

const replaceBy = (part: string, make: (file: string) => void) => (cell: string) => {
  rmSync(join(cell, part), { recursive: true });
  make(join(cell, part));
};
const config = (keys: object) => (cell: string) =>
  writeJson(cell, CELL_FILES.config, {
    worktree: "worktree",
    artifacts: "artifacts",
    heartbeat: CELL_FILES.heartbeat,
    ...keys,
  });
const mkfifo = (file: string) => void Bun.spawnSync(["mkfifo", file]);

describe("a cell's files", () => {
  const { mission, heartbeat, log } = CELL_FILES;
  test.each([
    [
      "a directory",
      replaceBy(mission, (file) => mkdirSync(file)),
      mission,
      "wrong-type",
      "is a directory, not a regular file",
    ],
    [
      "a FIFO",
      replaceBy(heartbeat, mkfifo),
      heartbeat,
      "wrong-type",
      "is a FIFO, not a regular file",
    ],
    [
      "a FIFO in the log's place",
      replaceBy(log, mkfifo),
      log,
      "wrong-type",
      "is a FIFO, not a regular file",
    ],
    [
      "a symlink to a sound file outside",
      replaceBy(mission, (file) => symlinkSync(join(outside, mission), file)),
      mission,
      "wrong-type",
      "is a symlink, not a regular file",
    ],
    [
      "a dangling symlink",
      replaceBy(heartbeat, (file) => symlinkSync("nowhere", file)),
      heartbeat,
      "wrong-type",
      "is a symlink",
    ],
    ["nothing", replaceBy(heartbeat, () => {}), heartbeat, "absent", "does not exist"],
    [
      "an empty file",
      replaceBy(heartbeat, (file) => writeFileSync(file, "")),
      heartbeat,
      "malformed",
      "it is empty",
    ],
    [
      "half a file",
      replaceBy(heartbeat, (file) => writeFileSync(file, '{"timestamp": "2026-')),
      heartbeat,
      "malformed",
      "it ends before its last bracket: it was cut off",
    ],
    [
      "an array",
      replaceBy(heartbeat, (file) => writeFileSync(file, "[]")),
      heartbeat,
      "malformed",
      "it is not a JSON object",
    ],
    [
      "a byte order mark",
      replaceBy(heartbeat, (file) =>
        writeFileSync(file, '\ufeff{"timestamp":"2026-01-01T12:00:00Z","state":"working"}'),
      ),
      heartbeat,
      "malformed",
      "byte order mark",
    ],
    [
      "bytes that are not UTF-8",
      replaceBy(mission, (file) => writeFileSync(file, Buffer.from([0x7b, 0xff, 0x7d]))),
      mission,
      "malformed",
      "it is not UTF-8",
    ],
    [
      "64 KiB of brackets",
      replaceBy(mission, (file) => writeFileSync(file, "[".repeat(FILE_LIMIT))),
      mission,
      "malformed",
      "it is nested more than 100 deep",
    ],
    [
      "a sparse gigabyte",
      replaceBy(mission, (file) => (writeFileSync(file, ""), truncateSync(file, 2 ** 30))),
      mission,
      "too-large",
      "it holds 1073741824 bytes",
    ],
    [
      "one byte too many",
      replaceBy(mission, (file) => writeFileSync(file, " ".repeat(FILE_LIMIT + 1))),
      mission,
      "too-large",
      `it holds ${FILE_LIMIT + 1} bytes`,
    ],
    [
      "a wrong field",
      replaceBy(heartbeat, (file) =>
        writeFileSync(file, '{"timestamp":"2026-02-31T00:00:00Z","state":"working"}'),
      ),
      heartbeat,
      "malformed",
      "timestamp: Expected an RFC 3339 time",
    ],
    [
      "a field too few",
      replaceBy(heartbeat, (file) => writeFileSync(file, '{"state":"working"}')),
      heartbeat,
      "malformed",
      "timestamp: it is missing",
    ],
  ])("%s in the place of one makes it incomplete, and says so", (_, damage, part, code, words) => {
    const { status, problems } = judge(damage);
    expect(status).toBe("incomplete");
    expect(problems).toEqual([
      { code: code as never, path: part, text: expect.stringContaining(words) as never },
    ]);
  });

  test("never shows the contents of a malformed file", () => {
    const { problems } = judge((cell) =>
      writeJson(cell, mission, '{"mission_id": "TOP-SECRET", "created_at": TOP-SECRET'),
    );
    const more = judge((cell) =>
      writeJson(cell, mission, { mission_id: "TOP-SECRET", created_at: "x", status: "TOP-SECRET" }),
    );
    expect(JSON.stringify([problems, more.problems])).not.toContain("TOP-SECRET");
  });

  test("a log of any size is fine", () => {
    expect(judge((cell) => truncateSync(join(cell, log), 2 ** 30)).status).toBe("healthy");
  });
});

describe("a cell's directories", () => {
  test.each(CELL_DIRS.map((dir) => [dir]))(
    "%s as a symlink to the same directory of a sound cell is not followed",
    (dir) => {
      const { status, problems } = judge(
        replaceBy(dir, (file) => symlinkSync(join(outside, dir), file)),
      );
      expect(status).toBe("incomplete");
      expect(problems[0]).toMatchObject({
        code: "wrong-type",
        path: dir,
        text: `${dir} is a symlink, not a directory`,
      });
      for (const { code, path: part } of problems.slice(1))
        expect([code, part.startsWith(`${dir}/`)]).toEqual(["unreadable", true]);
    },
  );

  test.each(CELL_DIRS.map((dir) => [dir]))("%s as a file is of the wrong type", (dir) => {
    expect(judge(replaceBy(dir, (file) => writeFileSync(file, ""))).problems[0]).toMatchObject({
      code: "wrong-type",
      text: `${dir} is a regular file, not a directory`,
    });
  });

  test("a cell that is a symlink, or a file, is incomplete", () => {
    const id = idOf(++made);
    symlinkSync(outside, join(path, id));
    writeFileSync(join(path, idOf(++made)), "");
    const codes = scanRoot({
      root,
      ids: [id, idOf(made)],
      limits: LIMITS,
      now: new Date(),
    }).cells.map(({ status, problems }) => [status, problems.map(({ code }) => code)]);
    expect(codes).toEqual([
      ["incomplete", ["wrong-type"]],
      ["incomplete", ["wrong-type"]],
    ]);
  });
});

describe("a cell's pointers", () => {
  test("are followed if they differ from the default, absolute ones too", () => {
    const cell = judge((at) => {
      mkdirSync(join(at, "a/b"), { recursive: true });
      renameSync(join(at, CELL_FILES.heartbeat), join(at, "a/b/beat.json"));
      renameSync(join(at, "worktree"), join(at, "repo"));
      renameSync(join(at, CELL_FILES.log), join(at, "a/log"));
      config({ worktree: join(at, "repo"), heartbeat: "a/b/beat.json", log: "./a/x/../log" })(at);
    });
    expect(cell).toMatchObject({ status: "healthy", problems: [] });
  });

  test.each([
    ["..", { worktree: "../outside" }],
    ["another root", { artifacts: "/etc" }],
    [".. behind an absolute path", { worktree: `${path}/${idOf(1)}/../../outside` }],
    ["a neighbour of a like name", { heartbeat: "../outside/state/heartbeat.json" }],
  ])("that leave the cell by %s make it incomplete", (_, keys) => {
    const { status, problems } = judge(config(keys));
    expect(status).toBe("incomplete");
    expect(problems[0]).toMatchObject({ code: "pointer-escapes", path: CELL_FILES.config });
  });

  test("that lead through a symlink make it incomplete", () => {
    const { problems } = judge((cell) => {
      symlinkSync(outside, join(cell, "link"));
      config({ heartbeat: `link/${CELL_FILES.heartbeat}`, worktree: "link" })(cell);
    });
    expect(problems.map(({ code }) => code)).toEqual(["pointer-escapes", "pointer-escapes"]);
  });

  test.each([
    ["of a parent of the root", "", "missions"],
    ["of the root", "missions", ""],
    ["of the cell", "missions/ID", undefined],
  ])("that lead back into it through a link %s are followed", (_, target, name) => {
    const link = join(mkdtempSync(join(base, "link-")), "link");
    const { status, problems } = judge((cell) => {
      const id = basename(cell);
      symlinkSync(relative(dirname(link), join(base, target.replace("ID", id))), link);
      const home = name === undefined ? link : join(link, name, id);
      config({ worktree: `${home}/worktree`, heartbeat: `${home}//./${CELL_FILES.heartbeat}` })(
        cell,
      );
    });
    expect({ status, problems }).toEqual({ status: "healthy", problems: [] });
  });

  test.each([
    ["into another cell", `link/missions/${NEIGHBOUR}/worktree`],
    ["through another cell", `link/missions/${NEIGHBOUR}/link/ID/worktree`],
    ["and .. in the pointer", "link/outside/../missions/ID/worktree"],
    ["to a directory outside", "link/outside/worktree"],
    ["to nothing", "nothing/missions/ID/worktree"],
    ["to itself", "circle/missions/ID/worktree"],
    ["of another file system", `/proc/self/root${path}/ID/worktree`],
  ])("that lead through a link %s make it incomplete", (_, pointer) => {
    const place = mkdtempSync(join(base, "link-"));
    symlinkSync(base, join(place, "link"));
    symlinkSync("circle", join(place, "circle"));
    const { problems } = judge((cell) => {
      const to = pointer.replace("ID", basename(cell));
      config({ worktree: to.startsWith("/") ? to : `${place}/${to}` })(cell);
    });
    expect(problems).toMatchObject([{ code: "pointer-escapes" }]);
  });

  test.skipIf(lacking("root") !== "")(
    `are not followed through a stranger's link${lacking("root")}`,
    () => {
      const link = join(mkdtempSync(join(base, "link-")), "link");
      symlinkSync(base, link);
      lchownSync(link, NOBODY, NOBODY);
      const { problems } = judge((cell) =>
        config({ worktree: join(link, "missions", basename(cell), "worktree") })(cell),
      );
      expect(problems).toMatchObject([{ code: "pointer-escapes" }]);
    },
  );

  test("through many long links of this account cost little", () => {
    const place = mkdtempSync(join(base, "long-"));
    // Each target is as long as Linux allows; in the second chain each name of it is looked up.
    for (const [name, filler] of [
      ["slashes", "/"],
      ["names", "/etc/.."],
    ] as const)
      for (let at = 0; at < 42; at++) {
        const next = join(place, `${name}${at + 1}`);
        const times = Math.floor((4095 - next.length) / filler.length);
        symlinkSync(filler.repeat(times) + next, join(place, `${name}${at}`));
      }
    const before = process.cpuUsage();
    const { problems } = judge(
      config({
        worktree: join(place, "slashes0"),
        artifacts: join(place, "slashes0"),
        heartbeat: join(place, "slashes0"),
        log: join(place, "names0"),
      }),
    );
    const { user, system } = process.cpuUsage(before);
    expect(problems.map(({ code }) => code)).toEqual(Array(4).fill("pointer-escapes"));
    expect((user + system) / 1000).toBeLessThan(1000);
  });

  test("of the greatest allowed depth still cost little", () => {
    const deep = Array(512).fill("a").join("/");
    const before = process.cpuUsage();
    judge(
      (cell) => (
        mkdirSync(join(cell, deep), { recursive: true }),
        config({ worktree: deep })(cell)
      ),
    );
    const { user, system } = process.cpuUsage(before);
    expect((user + system) / 1000).toBeLessThan(1000);
  });
});

describe("a worktree whose clone cell.json names", () => {
  const of = (cloned_from: object, keys: object = {}) => config({ cloned_from, ...keys });
  const url = "https://git.example.org/app.git";
  test.each([
    ["is told where it holds none", of({ url }), "worktree"],
    [
      "is told where a pointer leads",
      (cell: string) => (
        mkdirSync(join(cell, "a/b"), { recursive: true }),
        of({ url }, { worktree: "a/b" })(cell)
      ),
      "a/b",
    ],
  ])("%s", (_, damage, where) => {
    const text = `${where} no longer contains the clone of "${url}"`;
    expect(judge(damage).problems).toEqual([{ code: "clone-lost", path: where, text }]);
  });

  test.each([
    ["it holds one", (cell: string) => (mkdirSync(join(cell, "worktree/.git")), of({ url })(cell))],
    [
      "its .git is a file",
      (cell: string) => (writeFileSync(join(cell, "worktree/.git"), ""), of({ url })(cell)),
    ],
    ["cell.json names none", config({})],
  ])("is not reported as lost where %s", (_, damage) => {
    expect(judge(damage).problems).toEqual([]);
  });
});

test("a cell that was removed between the listing and its observation is absent itself, not just its parts", () => {
  const facts = observeCell(root, idOf(9999));
  expect(facts.self).toEqual({ outcome: "absent" });
});

describe("a root", () => {
  test.each([
    ["that is not there", join(base, "nowhere"), "no_input", "it does not exist", "mkdir -p"],
    [
      "that is a file",
      join(outside, CELL_FILES.mission),
      "no_input",
      "it is not a directory",
      "--root",
    ],
  ])("%s is an operator's error with a next step", (_, at, fault, words, hint) => {
    try {
      openRoot(at);
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(OperatorError);
      expect(error).toMatchObject({
        fault,
        message: expect.stringContaining(words),
        hint: expect.stringContaining(hint),
      });
    }
  });

  test("may be reached through a symlink of the operator's", () => {
    const link = join(base, "link");
    symlinkSync(path, link);
    chmodSync(path, 0o755);
    const id = idOf(++made);
    config({ worktree: `${link}/${id}/worktree`, artifacts: `${path}/${id}/artifacts` })(
      writeCell(path, id),
    );
    expect(
      scanRoot({ root: openRoot(link), ids: [id], limits: LIMITS, now: new Date() }).cells[0],
    ).toMatchObject({
      status: "healthy",
      problems: [],
    });
  });
});
