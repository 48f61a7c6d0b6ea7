/**
 * Strict parsing of the command line by citty's flag definitions.
 *
 * citty 0.2.2 itself accepts unknown flags and extra arguments silently, reads `--root --json` as
 * a root named `--json`, and `--json=no` as true. So its definitions are applied here to the
 * tokens of the command line.
 *
 * @module
 */
import type { ArgDef, ArgsDef } from "citty";
import * as v from "valibot";
import type { FlagValues } from "./flag-values.ts";
import { describeIssue } from "../contract/parse.ts";
import { quoted } from "../base/printable.ts";
import { type OptionToken, tokensOf } from "./tokens.ts";
import { cannotUse, usageError } from "./usage-error.ts";

/** A tool's exceptions from the usual rules. */
export interface ArgumentRules {
  /** The tool accepts any number of positional arguments. */
  readonly allowsExtra?: boolean;
  /** The one flag that may be given more than once. */
  readonly repeatable?: string;
  /**
   * The flags whose value may be left out, each with what a value of it starts with: any other word
   * that follows is an argument. Without a value they are empty.
   */
  readonly optionalValues?: Readonly<Record<string, RegExp>>;
  /** Everything after `--` is a command line of another program, and not parsed. */
  readonly takesCommand?: boolean;
}

/** A valid command line. */
export interface CommandLine<Given = FlagValues> {
  /** The flags that were given, by name: text, true, or the list of a repeatable one. */
  readonly flags: Given;
  /** The positional arguments. */
  readonly positionals: readonly string[];
  /** Everything after `--`, for a tool that takes a command. */
  readonly command: readonly string[];
}

/**
 * Parses `argv` by a tool's flag definitions.
 *
 * @throws {OperatorError} of kind `usage`, naming the argument that is wrong.
 */
export function readArguments(
  argv: readonly string[],
  args: ArgsDef,
  rules: ArgumentRules,
): CommandLine {
  const own = rules.takesCommand ? beforeCommand(argv) : argv;
  const typeOf = (name: string) => (Object.hasOwn(args, name) ? args[name]?.type : undefined);
  const tokens = tokensOf(
    own,
    (name, next) => typeOf(name) === "string" && mayTake(name, next, rules),
  );
  const flags: Record<string, string | true | string[]> = {};
  for (const token of tokens) {
    if (token.kind !== "option") continue;
    const value = checkOption(token, typeOf(token.name), rules);
    const before = flags[token.name];
    if (token.name === rules.repeatable)
      flags[token.name] = [...(Array.isArray(before) ? before : []), String(value)];
    else if (before === undefined) flags[token.name] = value;
    else throw usageError(`Flag given twice: "--${token.name}"`, "give it once");
  }
  const positionals = tokens.flatMap((token) => (token.kind === "positional" ? [token.value] : []));
  checkPositionals(positionals, args, rules);
  return { flags, positionals, command: argv.slice(own.length + 1) };
}

/** The arguments before `--`. */
export const beforeCommand = (argv: readonly string[]): readonly string[] =>
  argv.includes("--") ? argv.slice(0, argv.indexOf("--")) : argv;

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
  throw cannotUse(`${quoted(String(value))} for --${flag}: ${describeIssue(parsed.issues[0])}`);
}

/** False if the value of the flag may be left out, and `next` does not look like one. */
function mayTake(name: string, next: string, { optionalValues = {} }: ArgumentRules): boolean {
  const pattern = Object.hasOwn(optionalValues, name) ? optionalValues[name] : undefined;
  return pattern === undefined || pattern.test(next);
}

function checkOption(
  { name, rawName, value, isInline }: OptionToken,
  type: ArgDef["type"],
  { optionalValues = {} }: ArgumentRules,
): string | true {
  const isKnown = rawName.startsWith("--") && type !== undefined && type !== "positional";
  if (!isKnown) throw usageError(`Unknown flag: ${quoted(rawName)}`);
  if (type === "boolean") {
    if (value !== undefined) throw usageError(`Flag takes no value: --${name}`);
    return true;
  }
  if (!value && Object.hasOwn(optionalValues, name)) return "";
  if (value === undefined || value === "" || (value.startsWith("-") && !isInline))
    throw usageError(`Missing value for --${name}`, `write it as --${name}=VALUE`);
  return value;
}

function checkPositionals(
  given: readonly string[],
  args: ArgsDef,
  { allowsExtra }: ArgumentRules,
): void {
  const known = Object.entries(args).filter(([, { type }]) => type === "positional");
  const missing = known.slice(given.length).find(([, { required }]) => required !== false);
  if (missing !== undefined) throw usageError(`Missing argument: <${missing[0]}>`);
  const extra = allowsExtra ? undefined : given[known.length];
  if (extra !== undefined) throw usageError(`Unexpected argument: ${quoted(extra)}`);
  if (given.includes("")) throw usageError("Empty argument");
}
