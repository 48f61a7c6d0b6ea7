/**
 * What is on the command line: flags as citty describes them, read strictly.
 *
 * citty 0.2.2 itself takes unknown flags and extra arguments in silence, reads
 * `--root --json` as a root named `--json`, and `--json=no` as yes. So its definitions are
 * applied here to the tokens of `node:util`, once; citty renders the help.
 *
 * @module
 */
import { parseArgs } from "node:util";
import type { ArgsDef } from "citty";
import * as v from "valibot";
import { describeIssue } from "../../rules/parse.ts";
import { quoted } from "../../rules/printable.ts";
import { OperatorError } from "../../schemas/errors.ts";

/** How a script bends the usual rules. */
export interface Allowance {
  /** The script takes any number of positional arguments. */
  readonly manyArguments?: boolean;
  /** The one flag that may be given more than once. */
  readonly repeatable?: string;
  /** What follows `--` is a command line of another program, and not read. */
  readonly takesCommand?: boolean;
}

/** A command line that fits its script. */
export interface CommandLine {
  /** The flags that were given, by name: text, true, or the list of a repeatable one. */
  readonly flags: Args;
  /** The positional arguments. */
  readonly words: readonly string[];
  /** What follows `--`, for a script that takes a command. */
  readonly command: readonly string[];
}

/**
 * Reads `argv` by a script's flags.
 *
 * @throws {OperatorError} of kind `usage`, naming the argument that is wrong.
 */
export function readArguments(
  argv: readonly string[],
  args: ArgsDef,
  allowance: Allowance,
): CommandLine {
  const own = allowance.takesCommand ? beforeCommand(argv) : argv;
  const { tokens, options } = tokenize(own, args);
  const flags: Record<string, string | true | string[]> = {};
  for (const token of tokens) {
    if (token.kind !== "option") continue;
    const value = checkOption(token, options);
    const before = flags[token.name];
    if (token.name === allowance.repeatable)
      flags[token.name] = [...(Array.isArray(before) ? before : []), String(value)];
    else if (before === undefined) flags[token.name] = value;
    else throw refusal(`flag "--${token.name}" a second time`, "give it once");
  }
  const words = tokens.flatMap((token) => (token.kind === "positional" ? [token.value] : []));
  checkWords(words, args, allowance);
  return { flags, words, command: argv.slice(own.length + 1) };
}

/** The arguments before `--`. */
export const beforeCommand = (argv: readonly string[]): readonly string[] =>
  argv.includes("--") ? argv.slice(0, argv.indexOf("--")) : argv;

/** Flags by name. */
export type Args = Readonly<Record<string, unknown>>;

/** The text of a flag; undefined when it was not given. */
export function textFlag(args: Args, name: string): string | undefined {
  const value = args[name];
  return typeof value === "string" ? value : undefined;
}

/** The values of a repeatable flag. */
export function listFlag(args: Args, name: string): readonly string[] {
  const value = args[name];
  return Array.isArray(value) ? value.map(String) : [];
}

/**
 * The value of a flag, checked by a schema.
 *
 * @throws {OperatorError} of kind `usage`.
 */
export function readFlag<S extends v.GenericSchema>(
  flag: string,
  schema: S,
  value: unknown,
): v.InferOutput<S> {
  const parsed = v.safeParse(schema, value, { abortEarly: true, abortPipeEarly: true });
  if (parsed.success) return parsed.output;
  throw refusal(`${quoted(String(value))} for --${flag}: ${describeIssue(parsed.issues[0])}`);
}

/** The error for a wrong command line. */
export const refusal = (what: string, hint = "see --help for what it takes"): OperatorError =>
  new OperatorError("usage", `Cannot use ${what}`, hint);

function tokenize(argv: readonly string[], args: ArgsDef) {
  const flags = Object.entries(args).filter(([, { type }]) => type !== "positional");
  const options = Object.fromEntries(
    flags.map(([name, { type }]) => [
      name,
      { type: type === "boolean" ? ("boolean" as const) : ("string" as const), multiple: true },
    ]),
  );
  const { tokens } = parseArgs({
    args: [...argv],
    options,
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  return { tokens, options };
}

interface Option {
  readonly name: string;
  readonly rawName: string;
  readonly value?: string | undefined;
  readonly inlineValue?: boolean | undefined;
}

function checkOption(
  { name, rawName, value, inlineValue }: Option,
  options: Readonly<Record<string, { type: string }>>,
): string | true {
  const option =
    Object.hasOwn(options, name) && rawName.startsWith("--") ? options[name] : undefined;
  if (option === undefined) throw refusal(`unknown flag ${quoted(rawName)}`);
  if (option.type === "boolean") {
    if (value !== undefined) throw refusal(`a value for --${name}: it takes none`);
    return true;
  }
  if (value === undefined || value === "" || (value.startsWith("-") && !inlineValue))
    throw refusal(`--${name} without a value`, `write it as --${name}=VALUE`);
  return value;
}

function checkWords(given: readonly string[], args: ArgsDef, { manyArguments }: Allowance): void {
  const known = Object.entries(args).filter(([, { type }]) => type === "positional");
  const missing = known.slice(given.length).find(([, { required }]) => required !== false);
  if (missing !== undefined) throw refusal(`this call: <${missing[0]}> is missing`);
  const extra = manyArguments ? undefined : given[known.length];
  if (extra !== undefined) throw refusal(`extra argument ${quoted(extra)}`);
  if (given.includes("")) throw refusal("an empty argument");
}
