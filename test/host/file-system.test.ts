import { closeSync, openSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "bun:test";
import { fileSystemOf } from "../../lib/host/files/file-system.ts";
import { CAN_MOUNT, makeReadOnly, mountTmpfs } from "../tools/disk.ts";
import { scratch } from "../tools/program.ts";

function factsOf(path: string) {
  const fd = openSync(path, "r");
  try {
    return fileSystemOf(fd);
  } finally {
    closeSync(fd);
  }
}

const mount = (...args: string[]) => Bun.spawnSync(["mount", ...args]).exitCode;

test("a file system without limits of its own reports none", () => {
  const unknown = { freeBytes: undefined, freeInodes: undefined };
  expect(factsOf("/proc")).toMatchObject(unknown);
  expect(fileSystemOf(999_999)).toEqual({ ...unknown, isReadOnly: undefined });
});

test("a writable one has room", () => {
  const { freeBytes, isReadOnly } = factsOf(scratch());
  expect(freeBytes).toBeGreaterThan(0);
  expect(isReadOnly).toBe(false);
});

const needsMount = CAN_MOUNT ? "" : " (skipped: needs root, to mount)";

test.skipIf(!CAN_MOUNT)(`room, inodes and a read-only mount are seen${needsMount}`, () => {
  const small = mountTmpfs("size=64k,nr_inodes=4");
  expect(factsOf(small)).toEqual({ freeBytes: 65_536, freeInodes: 3, isReadOnly: false });
  for (const name of ["a", "b"]) writeFileSync(join(small, name), "x".repeat(4096));
  expect(factsOf(small)).toMatchObject({ freeBytes: 57_344, freeInodes: 1 });
  makeReadOnly(small);
  expect(factsOf(small).isReadOnly).toBe(true);
});

test.skipIf(!CAN_MOUNT)(`a mount that is read-only only here is not${needsMount}`, () => {
  const shared = mountTmpfs("size=64k");
  const bind = mountTmpfs("size=64k");
  expect(mount("--bind", shared, bind)).toBe(0);
  expect(mount("-o", "remount,bind,ro", bind)).toBe(0);
  expect(factsOf(bind).isReadOnly).toBe(false);
  Bun.spawnSync(["umount", bind]);
});
