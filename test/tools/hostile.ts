/**
 * Cells that an agent could leave to stop, block, blind or bloat a program that reads them.
 *
 * @module
 */
import {
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { CELL_DIRS, CELL_FILES, FILE_LIMIT } from "../../lib/contract/cell.ts";
import type { ProblemCode } from "../../lib/contract/report.ts";

/** A hostile cell: how it is made from a sound one, and what a scan must say of it. */
export interface Hostile {
  readonly what: string;
  readonly make: (cell: string) => void;
  readonly status: "healthy" | "incomplete" | "uninitialized";
  /** A problem that must be named, and where; none for a cell that only looks odd. */
  readonly problem?: {
    readonly code: (typeof ProblemCode)["options"][number];
    readonly path: string;
  };
}

/** Terminal commands, text shown backwards, and more lines than one. */
export const NASTY =
  "\u001b]0;owned\u0007\u001b[2J\u202egnp.exe\u2066\u200b\r\nnext\u0085\u2028line\u009b1m";

/** The name of a cell outside the root, to which the symlinks lead: it must exist. */
export const OUTSIDE = "outside";

/** Puts something else where a file or a directory is. */
const PLACE: Readonly<Record<string, (path: string) => void>> = {
  FIFO: (path) => must("mkfifo", path),
  socket: listenAt,
  device: (path) => must("mknod", path, "c", "1", "5"),
  directory: (path) => mkdirSync(path),
  file: (path) => writeFileSync(path, "{}"),
};

function must(...argv: string[]): void {
  const { exitCode, stderr } = Bun.spawnSync(argv);
  if (exitCode !== 0) throw new Error(`${argv.join(" ")}: ${stderr.toString()}`);
}

/** The path of a socket must be short, so it is created outside the cells and moved. */
function listenAt(path: string): void {
  const short = join(dirname(path), "../..", ".s");
  Bun.listen({ unix: short, socket: { data() {} } }).unref();
  renameSync(short, path);
}

const replaced = (paths: readonly string[], kinds: readonly string[]): Hostile[] =>
  paths.flatMap((path) =>
    kinds.map((kind) => ({
      what: `a ${kind} for ${path}`,
      make: (cell: string) => {
        rmSync(join(cell, path), { recursive: true });
        if (kind === "symlink") symlinkSync(join(cell, "../..", OUTSIDE, path), join(cell, path));
        else PLACE[kind]?.(join(cell, path));
      },
      status: "incomplete",
      problem: { code: "wrong-type", path },
    })),
  );

const JSON_FILES = [CELL_FILES.mission, CELL_FILES.config, CELL_FILES.heartbeat];

/** Contents of a file that are not a sound JSON object, made from its former contents. */
const CONTENTS: Readonly<Record<string, (text: string) => string | Buffer>> = {
  "nested 64 Ki deep": () => "[".repeat(FILE_LIMIT),
  "nested in an object": (text) => text.replace("{", `{"deep":${"[".repeat(30_000)}`),
  "bad UTF-8": (text) => Buffer.from(text.replace("{", '{"x":"\u00ff",'), "latin1"),
  "a byte order mark": (text) => `\ufeff${text}`,
  nothing: () => "",
  "NUL bytes": () => "\0".repeat(1000),
  "a number beyond all": (text) => text.replace(/"schema_version": ?1/, '"schema_version":1e999'),
  "an array": (text) => `[${text}]`,
  "control characters": () => NASTY,
};

const filled: Hostile[] = JSON_FILES.flatMap((path) =>
  Object.entries(CONTENTS).map(([what, change]) => ({
    what: `${what} in ${path}`,
    make: (cell) => writeFileSync(join(cell, path), change(readFileSync(join(cell, path), "utf8"))),
    status: "incomplete",
    problem: { code: "malformed", path },
  })),
);

const gigantic = (path: string) => (cell: string) => truncateSync(join(cell, path), 2 ** 30);

const rewritten = (path: string, changed: object) => (cell: string) => {
  const before = JSON.parse(readFileSync(join(cell, path), "utf8")) as object;
  writeFileSync(join(cell, path), JSON.stringify({ ...before, ...changed }));
};

function fillWorktree(cell: string): void {
  for (let entry = 0; entry < 100_000; entry++)
    writeFileSync(join(cell, "worktree", `${entry}`), "");
}

/** Every hostile cell, in the order of their ids. */
export const HOSTILE: readonly Hostile[] = [
  ...replaced(Object.values(CELL_FILES), ["FIFO", "socket", "device", "symlink", "directory"]),
  ...replaced(CELL_DIRS, ["file", "symlink", "FIFO"]),
  ...replaced(["."], ["file", "symlink", "FIFO", "device"]),
  ...filled,
  ...JSON_FILES.map((path): Hostile => ({
    what: `1 GiB in ${path}`,
    make: gigantic(path),
    status: "incomplete",
    problem: { code: "too-large", path },
  })),
  { what: "a log of 1 GiB", make: gigantic(CELL_FILES.log), status: "healthy" },
  { what: "100,000 entries", make: fillWorktree, status: "healthy" },
  {
    what: "a nasty title and labels",
    make: rewritten(CELL_FILES.mission, { title: NASTY, labels: { [NASTY]: NASTY } }),
    status: "healthy",
  },
  {
    what: "a nasty pointer",
    make: rewritten(CELL_FILES.config, { worktree: `../${NASTY}` }),
    status: "incomplete",
    problem: { code: "pointer-escapes", path: CELL_FILES.config },
  },
  {
    what: "nothing at all",
    make: (cell) => {
      rmSync(cell, { recursive: true });
      mkdirSync(cell);
    },
    status: "uninitialized",
  },
];
