/**
 * Scanning in a thread of its own: a dead disk can hold a system call for ever, and then
 * it holds that thread and not the server.
 *
 * The thread runs the same file as the process, so that an executable has it with it; that
 * file calls `serveScans` where it is not the main thread.
 *
 * @module
 */
import { OperatorError } from "../../schemas/errors.ts";
import type { Report } from "../../schemas/report.ts";
import type { Settings } from "../../schemas/settings.ts";
import { scanOnce } from "../cell/scan.ts";

/** What the thread is asked, and what it answers. */
type Answer = { readonly report: Report } | { readonly error: string };

declare const self: Worker;

/** In the thread: scans whenever it is asked to. */
export function serveScans(): void {
  self.addEventListener("message", ({ data }: MessageEvent<Settings>) =>
    self.postMessage(answerTo(data)),
  );
}

function answerTo(settings: Settings): Answer {
  try {
    return { report: scanOnce(settings, new Date()) };
  } catch (error) {
    if (error instanceof OperatorError) return { error: error.message };
    return { error: String(error instanceof Error ? error.stack : error) };
  }
}

/** In the server: a function that has the thread scan once. */
export function startScanThread(settings: Settings): () => Promise<Report> {
  const worker = new Worker(Bun.main);
  worker.unref();
  let asked = Promise.withResolvers<Report>();
  // One listener for all scans: one a scan would keep each of its reports for ever.
  worker.addEventListener("message", ({ data }: MessageEvent<Answer>) =>
    "report" in data ? asked.resolve(data.report) : asked.reject(new Error(data.error)),
  );
  worker.addEventListener("error", ({ message }) => asked.reject(new Error(message)));
  return () => {
    asked = Promise.withResolvers<Report>();
    worker.postMessage(settings);
    return asked.promise;
  };
}
