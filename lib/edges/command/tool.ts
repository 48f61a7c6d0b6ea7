/**
 * The life that every script shares: arguments in; stdout, stderr and an exit code out.
 *
 * @module
 */
import { version } from "../../../package.json";
import { printable, printableJson, printableLines } from "../../rules/printable.ts";
import { EXIT, OperatorError } from "../../schemas/errors.ts";
import { type Allowance, beforeCommand, type CommandLine, readArguments } from "./flags.ts";
import type { Helpful } from "./help.ts";
import { printText, ReaderGone, tell } from "../host/stdout.ts";

/** A script: its flags, as citty defines them, what its help says, and what it does. */
export interface Tool extends Allowance, Helpful {
  /** Does it, and gives the exit code. */
  readonly run: (given: CommandLine) => number | Promise<number>;
  /** The commands that are its first argument, besides what it does itself. */
  readonly tools?: Readonly<Record<string, () => Promise<Tool>>>;
  /** What to do with an operator's error instead of telling it on stderr. */
  readonly onError?: (error: OperatorError, argv: readonly string[]) => number | undefined;
}

/** Runs a script's whole life and ends the process. */
export async function runTool(
  tool: Tool,
  argv: readonly string[] = process.argv.slice(2),
): Promise<never> {
  process.exit(await exitCodeOf(tool, argv));
}

async function exitCodeOf(tool: Tool, argv: readonly string[]): Promise<number> {
  const [first = "", ...rest] = argv;
  if (tool.tools !== undefined && Object.hasOwn(tool.tools, first))
    return exitCodeOf((await tool.tools[first]?.()) ?? tool, rest);
  try {
    return await runChecked(tool, argv);
  } catch (error) {
    if (error instanceof ReaderGone) return EXIT.io_error;
    return fail(tool, argv, error);
  }
}

async function runChecked(tool: Tool, argv: readonly string[]): Promise<number> {
  const flags = beforeCommand(argv);
  if (flags.includes("--help") || flags.includes("-h")) {
    const { helpText } = await import("./help.ts");
    printText(await helpText(tool));
    return EXIT.ok;
  }
  if (flags.includes("--version")) {
    printText(`${version}\n`);
    return EXIT.ok;
  }
  return tool.run(readArguments(argv, tool.args, tool));
}

function fail(tool: Tool, argv: readonly string[], error: unknown): number {
  if (!(error instanceof OperatorError)) return failAsBug(tool, argv, error);
  try {
    const code = tool.onError?.(error, argv);
    if (code !== undefined) return code;
  } catch (again) {
    if (again instanceof ReaderGone) return EXIT.io_error;
    throw again;
  }
  const { fault: code, message, hint } = error;
  if (beforeCommand(argv).includes("--json"))
    tell(`${printableJson({ error: { code, message, hint } })}\n`);
  else tell(`${tool.name}: error: ${printable(message)}\n${tool.name}: hint: ${printable(hint)}\n`);
  return EXIT[code];
}

function failAsBug(tool: Tool, argv: readonly string[], error: unknown): number {
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  const hint = "this is a bug: report it with the lines above";
  if (beforeCommand(argv).includes("--json"))
    tell(`${printableJson({ error: { code: "bug", message: stack, hint } })}\n`);
  else tell(`${tool.name}: bug: ${printableLines(stack)}\n${tool.name}: hint: ${hint}\n`);
  return EXIT.bug;
}
