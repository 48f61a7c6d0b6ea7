/**
 * What is done beside a command, and must never be its failure.
 *
 * @module
 */
import { closeSync, constants, write, writeSync } from "node:fs";
import { printable } from "../../rules/printable.ts";
import { OperatorError } from "../../schemas/errors.ts";
import { errnoOf } from "../host/errno.ts";
import { tell } from "../host/stdout.ts";
import { openAgain } from "./pump.ts";

/** Does something; an error is told, and nothing comes of it. */
export type Aside = <T>(doing: () => T | Promise<T>) => Promise<T | undefined>;

/** Gives a function that does something, and tells an error by `tellOnce`. */
export const openAside =
  (tellOnce: (text: string) => void): Aside =>
  async (doing) => {
    try {
      return await doing();
    } catch (error) {
      tellOnce(textOf(error));
      return undefined;
    }
  };

/** Gives a function that tells each text once, as one line on stderr. */
export function tellingOnce(): (text: string) => void {
  const told = new Set<string>();
  return (text) => {
    if (!told.has(text)) tellAside(text);
    told.add(text);
  };
}

/**
 * One line about the run, for people. A pipe that is full holds up a thread with it, and not
 * the time limit and the signals of the command: who reads it may never do so.
 */
export function tellAside(text: string): void {
  const line = `heartbeat run: ${printable(text)}\n`;
  const pipe = openAgain(2, constants.O_WRONLY);
  if (pipe === undefined) return tell(line);
  try {
    writeSync(pipe, line);
  } catch (error) {
    if (errnoOf(error) === "EAGAIN") write(2, line, () => {});
  } finally {
    closeSync(pipe);
  }
}

function textOf(error: unknown): string {
  if (error instanceof OperatorError) return error.message;
  return `bug: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`;
}
