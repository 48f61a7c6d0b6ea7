/**
 * Gets a host's report from a command, such as `ssh gpu1 scan --json`.
 *
 * @module
 */
import { OperatorError } from "../../base/errors.ts";
import { quoted, shortened } from "../../base/printable.ts";
import { captureWhole } from "../../host/programs/output-capture.ts";
import { type ProgramResult, runProgram } from "../../host/programs/subprocess.ts";
import {
  ASK_TIMEOUT_MS,
  type AskContext,
  failed,
  REPORT_LIMIT_BYTES,
  type SourceAnswer,
  TOO_LARGE,
  TOO_LATE,
} from "./answer.ts";

const REASON_LIMIT = 100;

/**
 * Runs the command without stdin and without a terminal, and kills it and its descendants when its
 * time is over. A report on stdout counts, whatever its exit code.
 */
export async function askCommand(argv: readonly string[], ask: AskContext): Promise<SourceAnswer> {
  const excess = new AbortController();
  const late = AbortSignal.timeout(ASK_TIMEOUT_MS);
  try {
    const result = await runProgram(argv as [string, ...string[]], {
      forwardsSignals: false,
      stop: AbortSignal.any([ask.stop, late, excess.signal]),
      capture: captureWhole(REPORT_LIMIT_BYTES, () => excess.abort()),
    });
    if (excess.signal.aborted) return TOO_LARGE;
    if (late.aborted) return failed(TOO_LATE);
    if (result.stdout.trim() === "") return failed(endText(result));
    const { skewMs } = ask;
    return { outcome: "text", text: result.stdout, atMs: ask.now().getTime(), skewMs };
  } catch (error) {
    if (error instanceof OperatorError) return failed(error.message);
    throw error;
  }
}

function endText({ code, signal, errorSummary }: ProgramResult): string {
  const end = signal === null ? `ended with ${code}` : `was ended by ${signal}`;
  const reason = errorSummary === "" ? "" : `: ${quoted(shortened(errorSummary, REASON_LIMIT))}`;
  return `its command ${end} and printed nothing${reason}`;
}
