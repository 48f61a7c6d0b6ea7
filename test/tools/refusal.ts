/**
 * How a program refuses: a message and a hint on stderr, nothing on stdout, an exit code.
 *
 * @module
 */
import { EXIT } from "../../lib/base/errors.ts";
import { command, type Ended, type Form, type Program, run, type Surroundings } from "./program.ts";

export interface Refused {
  readonly code: number;
  readonly message: string;
  readonly hint: string;
}

/** What `program` refused, in words; throws when it said it any other way. */
export function refusalOf(program: Program, { code, stdout, stderr }: Ended): Refused {
  const form = new RegExp(`^${program}: error: (.+)\n${program}: hint: (.+)\n$`);
  const [, message, hint] = form.exec(stderr) ?? [];
  if (message === undefined || hint === undefined || stdout !== "")
    throw new Error(`No plain refusal: ${JSON.stringify({ code, stdout, stderr })}`);
  return { code, message, hint };
}

/** What a program called with `--json` refused; the fault's word must fit the exit code. */
export function jsonRefusalOf({ code, stdout, stderr }: Ended): Refused {
  const { error } = JSON.parse(stderr) as {
    error: { code: string; message: string; hint: string };
  };
  const faults = Object.entries(EXIT).flatMap(([fault, exit]) => (exit === code ? [fault] : []));
  if (stdout !== "" || !faults.includes(error.code))
    throw new Error(`No refusal in JSON: ${JSON.stringify({ code, stdout, stderr })}`);
  return { code, message: error.message, hint: error.hint };
}

/**
 * Makes a call that must be refused, in words and with `--json`, and gives what was said.
 * Both must say the same.
 */
export async function refused(
  form: Form,
  program: Program,
  args: readonly string[],
  { prefix = [], ...surroundings }: Surroundings & { prefix?: readonly string[] } = {},
): Promise<Refused> {
  const call = [...prefix, ...command(form, program)];
  const [plain, json] = await Promise.all([
    run([...call, ...args], surroundings),
    run([...call, "--json", ...args], surroundings),
  ]);
  const said = refusalOf(program, plain);
  const again = jsonRefusalOf(json);
  if (!Bun.deepEquals(said, again))
    throw new Error(`Not the same in JSON: ${JSON.stringify({ said, again })}`);
  return said;
}
