import { expect, test } from "bun:test";
import { describeErrno, systemFailure } from "../../lib/host/errno.ts";

/** An error as Bun throws it. */
const bunError = (code: string, text: string): Error =>
  Object.assign(new Error(`${code}: ${text}, open '/x'`), { code, syscall: "open" });

test.each([
  ["ENOENT", "no such file or directory", "no such file or directory (ENOENT)"],
  ["ESTALE", "unknown error", "stale file handle (ESTALE)"],
  ["EUCLEAN", "unknown error", "structure needs cleaning (EUCLEAN)"],
  ["ENOTCONN", "socket is not connected", "transport endpoint is not connected (ENOTCONN)"],
  ["EKEYREVOKED", "unknown error", "EKEYREVOKED"],
])("%s is described in the kernel's words", (code, text, described) => {
  expect(describeErrno(bunError(code, text))).toBe(described);
});

test.each([
  ["ESTALE", /mount that file system again/],
  ["EIO", /kernel's log/],
  ["EKEYREVOKED", /check the path/],
])("%s has a hint that fits", (code, hint) => {
  const failure = systemFailure(bunError(code, "unknown error"), "Cannot read x", "io_error");
  expect(failure.hint).toMatch(hint);
});
