/**
 * A copy of the programs that every user may run: root's clone may lie below a directory that
 * only root may enter, such as /root.
 *
 * @module
 */
import {
  chmodSync,
  copyFileSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readlinkSync,
  statSync,
  symlinkSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

/** What our programs are made of, in either form. */
const PARTS = [
  "package.json",
  "tsconfig.json",
  "bin",
  "config",
  "dist",
  "lib",
  "node_modules/.bin/bun",
  "node_modules/bun",
  "node_modules/citty",
  "node_modules/croner",
  "node_modules/valibot",
];
/** Its programs in both forms: a strict umask keeps them from others too. */
const PROGRAMS = ["bin/scan.ts", "dist/scan"];
const READ = 0o004;
const ENTER = 0o001;

/** True where every user may run the programs of the clone `root`. */
export function isForAll(root: string): boolean {
  const programs = PROGRAMS.map((name) => join(root, name)).filter((path) => existsSync(path));
  return programs.every(
    (path) => may(path, READ | ENTER) && above(path).every((folder) => may(folder, ENTER)),
  );
}

/** The folders for temporary files that every user may enter, the usual one first: root's own may be closed. */
export const placesForAll = (): string[] =>
  [tmpdir(), "/tmp", "/var/tmp"].filter(
    (place) => existsSync(place) && [place, ...above(place)].every((each) => may(each, ENTER)),
  );

/** The one of these on the disk of `root`, where files can be linked and take no room. */
export function placeFor(root: string): string {
  const places = placesForAll();
  const near = places.find((place) => statSync(place).dev === statSync(root).dev);
  return near ?? places[0] ?? tmpdir();
}

/** Copies what the clone `root` runs to `to`, a new directory, so that all may run it; what can be linked is. */
export function copyForAll(root: string, to: string): void {
  for (const part of PARTS)
    if (existsSync(join(root, part))) copy(join(root, part), join(to, part));
}

function copy(from: string, to: string): void {
  mkdirSync(dirname(to), { recursive: true, mode: 0o755 });
  const stats = lstatSync(from);
  if (stats.isDirectory()) {
    mkdirSync(to, { mode: 0o755 });
    for (const name of readdirSync(from)) copy(join(from, name), join(to, name));
  } else if (stats.isSymbolicLink()) symlinkSync(readlinkSync(from), to);
  else linkOrCopy(from, to, stats.mode);
}

function linkOrCopy(from: string, to: string, mode: number): void {
  const wanted = mode | ((mode & 0o500) >> 6);
  try {
    if (wanted !== mode) throw new Error("others may not read it");
    linkSync(from, to);
  } catch {
    copyFileSync(from, to);
    chmodSync(to, wanted & 0o777);
  }
}

const may = (path: string, right: number): boolean => (statSync(path).mode & right) === right;

/** The directories that lead to a path. */
function above(path: string): string[] {
  const parent = dirname(path);
  return parent === path ? [] : [parent, ...above(parent)];
}
