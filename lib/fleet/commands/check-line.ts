/**
 * One line of `lazarus-pit fleet check`.
 *
 * @module
 */
import type { Fault } from "../../base/errors.ts";

/** `fault` is the reason to fail, if it is one. */
export interface CheckLine {
  readonly level: "ok" | "warning" | "error";
  readonly text: string;
  readonly fault?: Fault;
}

export const okLine = (text: string): CheckLine => ({ level: "ok", text });
export const warningLine = (text: string): CheckLine => ({ level: "warning", text });
