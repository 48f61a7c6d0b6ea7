import { expect, test } from "bun:test";
import { mayUntrustedWrite, unmappedRoot } from "../../lib/base/file-rights.ts";

const [FILE, DIRECTORY, LINK] = [0o100000, 0o040000, 0o120000];
const TRUSTED = [0, 1000];

test.each([
  ["a file of root's", { uid: 0, gid: 0, mode: FILE | 0o644 }, false],
  ["one's own, and its private group's", { uid: 1000, gid: 1000, mode: FILE | 0o664 }, false],
  ["one's own, that root's group may write", { uid: 1000, gid: 0, mode: FILE | 0o660 }, false],
  ["one's own, that another group may write", { uid: 1000, gid: 100, mode: FILE | 0o664 }, true],
  ["one's own, that everyone may write", { uid: 1000, gid: 1000, mode: FILE | 0o602 }, true],
  ["a stranger's, that nobody may write", { uid: 1001, gid: 0, mode: FILE | 0o400 }, true],
  ["a sticky file, which is not protected", { uid: 0, gid: 0, mode: FILE | 0o1666 }, true],
  ["a directory for everyone", { uid: 0, gid: 0, mode: DIRECTORY | 0o777 }, true],
  [
    "the same, where each replaces what is his",
    { uid: 0, gid: 0, mode: DIRECTORY | 0o1777 },
    false,
  ],
  ["a stranger's sticky directory", { uid: 1001, gid: 0, mode: DIRECTORY | 0o1777 }, true],
  ["a link, which always has this mode", { uid: 1000, gid: 100, mode: LINK | 0o777 }, false],
  ["a stranger's link", { uid: 1001, gid: 100, mode: LINK | 0o777 }, true],
])("%s", (_, rights, expected) => {
  expect(mayUntrustedWrite(rights, TRUSTED)).toBe(expected);
});

test.each([
  ["the host", "         0          0 4294967295\n", []],
  ["a container with users of its own", "0 100000 65536\n", []],
  ["a unit with PrivateUsers=yes", "0 0 1\n999 999 1\n", []],
  ["a sandbox of one user", "1000 1000 1\n", [65_534]],
  ["a sandbox of one user, who plays root", "0 1000 1\n", [65_534]],
  ["a sandbox of nobody's", "65534 65534 1\n", []],
  ["no /proc", "", []],
])("unknown users in %s", (_, map, expected) => {
  expect(unmappedRoot(map)).toEqual(expected);
});
