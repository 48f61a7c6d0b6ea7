/**
 * Reads a host's report from a file that `scan --output` wrote, and that something brought here.
 *
 * @module
 */
import { constants } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { describeErrno, errnoOf } from "../../host/errno.ts";
import { fileTypeOf } from "../../host/files/file-type.ts";
import {
  ASK_TIMEOUT_MS,
  type AskContext,
  failed,
  NOT_UTF8,
  REPORT_LIMIT_BYTES,
  type SourceAnswer,
  TOO_LARGE,
  TOO_LATE,
} from "./answer.ts";

/** O_NONBLOCK: nobody may ever write to a FIFO. */
const READ = constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY;

/** Reads that have not ended: those of a dead disk or network never do. */
const pending = new Set<string>();

/** Reads the file in another thread, because it may lie on a network that is down. */
export async function askFile(path: string, ask: AskContext): Promise<SourceAnswer> {
  if (pending.has(path)) return failed("an earlier read of its file has not finished");
  pending.add(path);
  const { promise: late, resolve } = Promise.withResolvers<SourceAnswer>();
  const timer = setTimeout(() => resolve(failed(TOO_LATE)), ASK_TIMEOUT_MS);
  const reading = readReport(path, ask).finally(() => pending.delete(path));
  try {
    return await Promise.race([reading, late]);
  } finally {
    clearTimeout(timer);
  }
}

async function readReport(path: string, ask: AskContext): Promise<SourceAnswer> {
  try {
    await using file = await open(path, READ);
    return await readOpenReport(file, ask);
  } catch (error) {
    if (errnoOf(error) === undefined) throw error;
    return failed(describeErrno(error));
  }
}

async function readOpenReport(file: FileHandle, ask: AskContext): Promise<SourceAnswer> {
  const stats = await file.stat();
  if (!stats.isFile()) return failed(`its file is a ${fileTypeOf(stats)}, not a regular file`);
  if (stats.size > REPORT_LIMIT_BYTES) return TOO_LARGE;
  const buffer = new Uint8Array(stats.size + 1);
  const { bytesRead } = await file.read(buffer, 0, buffer.length, 0);
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(buffer.subarray(0, bytesRead));
    return { outcome: "text", text, atMs: ask.now().getTime(), skewMs: ask.skewMs };
  } catch {
    return NOT_UTF8;
  }
}
