/**
 * A program and its arguments, as an operator configures them: a list, so that no shell parses it.
 *
 * @module
 */
import * as v from "valibot";

const EXPECTED = "Expected a list of strings: a program and its arguments";

/** Schema of an argument list; its first entry is the program. */
export const Argv = v.pipe(
  v.array(v.pipe(v.string(EXPECTED), v.regex(/^[^\u0000]+$/, EXPECTED)), EXPECTED),
  v.minLength(1, EXPECTED),
);
