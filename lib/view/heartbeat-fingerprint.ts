/**
 * Detects whether a cell's heartbeat file has changed, without reading it.
 *
 * @module
 */
import { lstatSync } from "node:fs";
import { errnoOf } from "../host/errno.ts";
import { at, type Root, withParent } from "../host/files/directory.ts";
import { hasStamp, stampOf } from "../host/syscalls/file-stamp.ts";
import { type Syscalls, syscalls } from "../host/syscalls/plan.ts";

/**
 * A text that changes whenever the file is replaced or written, appears or vanishes. Undefined if
 * it is inaccessible: then the cell has to be read. `path` is relative to the cell.
 */
export function heartbeatFingerprint(
  root: Root,
  id: string,
  path: string,
  calls: Syscalls = syscalls(),
): string | undefined {
  return calls.plan === "proc"
    ? fingerprintByNode(root, id, path)
    : stampOf(calls, root.fd, `${id}/${path}`);
}

/** Which heartbeat file was seen, and with which fingerprint. */
export interface SeenHeartbeat {
  readonly path: string;
  readonly fingerprint: string | undefined;
}

/** True if the file still has a known fingerprint. */
export function hasFingerprint(
  root: Root,
  id: string,
  { path, fingerprint }: SeenHeartbeat,
  calls: Syscalls = syscalls(),
): boolean {
  if (fingerprint === undefined) return false;
  return calls.plan === "proc"
    ? fingerprintByNode(root, id, path) === fingerprint
    : hasStamp(calls, root.fd, `${id}/${path}`, fingerprint);
}

function fingerprintByNode(root: Root, id: string, path: string): string | undefined {
  try {
    return withParent(root.fd, [id, ...path.split("/")], (dir, name) => {
      const { dev, ino, mode, size, mtimeNs, ctimeNs } = lstatSync(at(dir, name), { bigint: true });
      return [dev, ino, mode, size, mtimeNs, ctimeNs].join(":");
    });
  } catch (error) {
    return errnoOf(error) === "ENOENT" ? "absent" : undefined;
  }
}
