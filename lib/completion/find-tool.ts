/**
 * Finds the command that a command line calls.
 *
 * @module
 */
import { basename } from "node:path";
import type { HelpContent } from "../cli/help-content.ts";
import type { Tool } from "../cli/tool.ts";

/** The commands of the program by name. */
export type CommandTable = Readonly<
  Record<
    string,
    {
      readonly summary: string;
      /** A link with the name of the command runs it. */
      readonly hasLink?: boolean;
      readonly load: () => Promise<Tool>;
    }
  >
>;

/** The program, and its commands. */
export interface Toolkit {
  readonly program: HelpContent;
  readonly commands: CommandTable;
}

/** What a command line calls, and the arguments for it. */
export interface FoundTool {
  readonly tool: HelpContent;
  readonly words: readonly string[];
}

/** The tool that the words before the current one call, with the words that follow its name. */
export async function findTool(
  { program, commands }: Toolkit,
  [called = "", ...words]: readonly string[],
): Promise<FoundTool> {
  const link = basename(called);
  if (Object.hasOwn(commands, link)) return subcommandOf(await load(commands, link), words);
  const [first = "", ...rest] = words[0] === "help" ? words.slice(1) : words;
  if (Object.hasOwn(commands, first)) return subcommandOf(await load(commands, first), rest);
  return { tool: program, words: words[0] === "help" ? [] : words };
}

const load = (commands: CommandTable, name: string): Promise<Tool | undefined> =>
  commands[name]?.load() ?? Promise.resolve(undefined);

async function subcommandOf(tool: Tool | undefined, words: readonly string[]): Promise<FoundTool> {
  if (tool === undefined) throw new Error("a command without a tool");
  const [first = "", ...rest] = words;
  const sub = Object.hasOwn(tool.tools ?? {}, first) ? await tool.tools?.[first]?.() : undefined;
  return sub === undefined ? { tool, words } : { tool: sub, words: rest };
}
