/**
 * Whether output may be colored.
 *
 * @module
 */
import { isTerminalAt } from "../host/stdio/is-terminal.ts";

/** True if stdout is a terminal that should get color. */
export const hasColor = (): boolean =>
  isTerminalAt(1) && !process.env["NO_COLOR"] && process.env["TERM"] !== "dumb";
