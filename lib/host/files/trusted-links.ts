/**
 * Finds out whether an untrusted absolute path leads to a directory of the root, without revealing
 * to the path's author what exists elsewhere.
 *
 * @module
 */
import { fstatSync, lstatSync, readFileSync, readlinkSync } from "node:fs";
import { dirname } from "node:path";
import { errnoOf } from "../errno.ts";
import type { Root } from "./directory.ts";

/** Linux follows at most this many links in one path. */
const MAX_LINKS = 40;
/** The most names that are looked up for one path: each costs a system call, and links can add many. */
const MAX_LOOKUPS = 500;

/** What limits the resolution of a path. */
interface ResolveLimits {
  readonly root: string;
  /** The directory of the root that the path must lead to. */
  readonly destination: string;
  /** The users whose links are followed. */
  readonly trusted: readonly number[];
  /** Mount points that do not contain the root: they are not entered. */
  readonly otherMounts: ReadonlySet<string>;
}

/**
 * The segments of an absolute `path` below the directory `name` of the root, if the path leads
 * there through links; undefined if it does not.
 *
 * Only links of root, of this user and of the root's owner are followed, and a `..` in the path is
 * refused: both could tell an agent what exists elsewhere. Other cells are not entered, nor file
 * systems that are not on the way to the root: a dead server behind one would block the scan.
 */
export function segmentsBelow(
  root: Root,
  name: string,
  path: string,
): readonly string[] | undefined {
  if (path.split("/").includes("..")) return undefined;
  const otherMounts = mountPointsExcept(root.realPath);
  if (otherMounts === undefined) return undefined;
  const destination = below(root.realPath, name);
  const trusted = [0, process.geteuid?.() ?? 0, fstatSync(root.fd).uid];
  return resolvePath({ root: root.realPath, destination, trusted, otherMounts }, path);
}

/** Resolves `path` from the root directory. Returns the names that are left at the destination. */
function resolvePath(limits: ResolveLimits, path: string): readonly string[] | undefined {
  // Reversed, so that the next name is the last one.
  const left = namesIn(path).toReversed();
  let [directory, links] = ["/", 0];
  for (let lookups = 0; lookups < MAX_LOOKUPS && links <= MAX_LINKS; lookups++) {
    const name = left.pop();
    if (name === undefined) return undefined;
    const next = name === ".." ? dirname(directory) : below(directory, name);
    if (next === limits.destination) return left.toReversed();
    const target = name === ".." ? next : enter(limits, directory, next);
    if (target === undefined) return undefined;
    if (target === next) directory = next;
    else {
      links += 1;
      left.push(...namesIn(target).toReversed());
      if (target.startsWith("/")) directory = "/";
    }
  }
  return undefined;
}

const namesIn = (path: string): string[] =>
  (path.match(/[^/]+/g) ?? []).filter((name) => name !== ".");

/** The target of `next` in `directory`, as `targetOf`; undefined also where it is not entered. */
const enter = (
  { root, otherMounts, trusted }: ResolveLimits,
  directory: string,
  next: string,
): string | undefined =>
  directory === root || otherMounts.has(next) ? undefined : targetOf(next, trusted);

const below = (directory: string, name: string): string =>
  directory === "/" ? `/${name}` : `${directory}/${name}`;

/**
 * The target of the link at `path`; `path` itself if it is not a link; undefined if it is absent,
 * inaccessible, or an untrusted user's link. readlink(2) comes first: it needs no server.
 */
function targetOf(path: string, trusted: readonly number[]): string | undefined {
  try {
    const target = readlinkSync(path);
    return trusted.includes(lstatSync(path).uid) ? target : undefined;
  } catch (error) {
    return errnoOf(error) === "EINVAL" ? path : undefined;
  }
}

/** The mount points except `path` and the directories that contain it; undefined if unknown. */
function mountPointsExcept(path: string): ReadonlySet<string> | undefined {
  const table = tryRead("/proc/self/mountinfo");
  const mounts = table?.split("\n").map((line) => unescaped(line.split(" ")[4] ?? ""));
  return mounts === undefined
    ? undefined
    : new Set(mounts.filter((mount) => mount !== path && !path.startsWith(below(mount, ""))));
}

function tryRead(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}

/** mountinfo escapes white space and backslashes as octal digits. */
const unescaped = (text: string): string =>
  text.replaceAll(/\\([0-7]{3})/g, (_, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 8)),
  );
