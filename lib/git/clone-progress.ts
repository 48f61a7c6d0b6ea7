/**
 * Shows git's progress on a terminal while it clones.
 *
 * @module
 */
import { captureStderr, type OutputCapture } from "../host/programs/output-capture.ts";
import { showLine } from "../host/stdio/progress-line.ts";
import { lastProgress, withoutProgress } from "./rules/git-progress.ts";

/** Git writes shorter pieces of a line than this; longer ones are dropped. */
const LINE_LIMIT = 500;

/**
 * Captures git's stderr without its progress, which it shows as one line that changes, and removes at
 * the end.
 */
export function captureProgress(): OutputCapture {
  const decoder = new TextDecoder();
  let rest = "";
  const capture = captureStderr((chunk) => {
    const text = rest + decoder.decode(chunk);
    rest =
      text
        .slice(-LINE_LIMIT)
        .split(/[\r\n]/)
        .at(-1) ?? "";
    const line = lastProgress(text);
    if (line !== undefined) showLine(line);
  });
  return {
    ...capture,
    async finish() {
      const { stdout, stderr } = await capture.finish();
      showLine("");
      return { stdout, stderr: withoutProgress(stderr) };
    },
  };
}
