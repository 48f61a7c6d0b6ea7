/**
 * Notices that an operator's files have changed, so that they can be read again without a restart.
 *
 * @module
 */
import { stat } from "node:fs/promises";
import { OperatorError } from "../../base/errors.ts";
import { printable } from "../../base/printable.ts";
import { queueStderr } from "../../host/stdio/async-stderr.ts";

/** How often the files are checked. */
const CHECK_MS = 2000;

/** The program's name in its messages: in `supervise` the endpoint runs in a thread. */
export const PROGRAM = Bun.isMainThread ? "serve-health" : "supervise";

/** Calls `reread` when a file may have changed, and until it succeeds: a cause may lie outside of the files. */
export function startChecks(files: readonly string[], reread: () => boolean): NodeJS.Timeout {
  let version: string | undefined;
  let isChecking = false;

  /** Not with a synchronous call, which would block all requests while a disk is dead. */
  async function check(): Promise<void> {
    if (isChecking) return;
    isChecking = true;
    const found = (await Promise.all(files.map(versionOf))).join("; ");
    isChecking = false;
    // Also at first: a file may have changed since it was read.
    if (found !== version) version = reread() ? found : undefined;
  }

  void check();
  const timer = setInterval(() => void check(), CHECK_MS);
  timer.unref();
  return timer;
}

/** What changes when a file is replaced or written; the error's text if it cannot be looked at. */
const versionOf = (file: string): Promise<string> =>
  stat(file, { bigint: true }).then(
    ({ dev, ino, mtimeNs, ctimeNs, size }) => [dev, ino, mtimeNs, ctimeNs, size].join(),
    (error: unknown) => String(error),
  );

/** Wraps `read`: the result is undefined if the files are invalid. Each reason is reported once. */
export function quietReader<T>(read: () => T): () => T | undefined {
  let reported = "";
  return () => {
    try {
      const found = read();
      reported = "";
      return found;
    } catch (error) {
      if (!(error instanceof OperatorError)) throw error;
      const text = `${PROGRAM}: ${printable(error.message)}; the previous version stays in use\n`;
      if (text !== reported) queueStderr(text);
      reported = text;
      return undefined;
    }
  };
}
