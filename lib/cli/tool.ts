/**
 * Runs a command, or a subcommand, as a tool: arguments in; stdout, stderr and an exit code out.
 *
 * @module
 */
import type { ArgsDef } from "citty";
import { printable, printableJson, printableLines } from "../base/printable.ts";
import { EXIT, OperatorError } from "../base/errors.ts";
import { type ArgumentRules, beforeCommand, type CommandLine, readArguments } from "./flags.ts";
import { type FlagsOf } from "./flag-values.ts";
import type { HelpContent } from "./help-content.ts";
import { printText, ReaderGone, printError } from "../host/stdio/stdio.ts";

/** A command or subcommand: its flags as citty defines them, its help, and its action. */
export interface Tool<Definitions extends ArgsDef = ArgsDef> extends ArgumentRules, HelpContent {
  readonly args: Definitions;
  /** Runs the tool and returns its exit code. */
  run(given: CommandLine<FlagsOf<Definitions>>): number | Promise<number>;
  /** Subcommands by the first argument. */
  readonly tools?: Readonly<Record<string, () => Promise<Tool>>>;
  /** Handles an OperatorError and returns the exit code, or undefined to print it to stderr. */
  readonly onError?: (error: OperatorError, argv: readonly string[]) => Promise<number | undefined>;
}

/** A tool whose flags are typed by their definitions. */
export const defineTool = <const Definitions extends ArgsDef>(tool: Tool<Definitions>): Tool =>
  tool;

/** Runs a tool and exits with its code. */
export async function runTool(
  tool: Tool,
  argv: readonly string[] = process.argv.slice(2),
): Promise<never> {
  process.exit(await exitCodeOf(tool, argv));
}

async function exitCodeOf(tool: Tool, argv: readonly string[]): Promise<number> {
  const [first = "", ...rest] = argv;
  if (first === "help") return exitCodeOf(tool, [...rest, "--help"]);
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
  if (flags.includes("--version") || flags.includes("-V")) {
    const { versionText } = await import("./version.ts");
    printText(versionText(flags.includes("--json")));
    return EXIT.ok;
  }
  return tool.run(readArguments(argv, tool.args, tool));
}

async function fail(tool: Tool, argv: readonly string[], error: unknown): Promise<number> {
  if (!(error instanceof OperatorError)) return failAsBug(tool, argv, error);
  try {
    const code = await tool.onError?.(error, argv);
    if (code !== undefined) return code;
  } catch (next) {
    if (next instanceof ReaderGone) return EXIT.io_error;
    throw next;
  }
  const { fault: code, message } = error;
  const { betterHint } = await import("./better-hint.ts");
  const hint = betterHint(error.hint, tool, argv);
  if (beforeCommand(argv).includes("--json"))
    printError(`${printableJson({ error: { code, message, hint } })}\n`);
  else
    printError(
      `${tool.name}: error: ${printable(message)}\n${tool.name}: hint: ${printable(hint)}\n`,
    );
  return EXIT[code];
}

function failAsBug(tool: Tool, argv: readonly string[], error: unknown): number {
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  const hint = "this is a bug: report it with the lines above";
  if (beforeCommand(argv).includes("--json"))
    printError(`${printableJson({ error: { code: "bug", message: stack, hint } })}\n`);
  else printError(`${tool.name}: bug: ${printableLines(stack)}\n${tool.name}: hint: ${hint}\n`);
  return EXIT.bug;
}
