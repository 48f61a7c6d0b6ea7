/**
 * A tool's `--help`.
 *
 * @module
 */
import { commandPrefix } from "./called-as.ts";
import { hasColor } from "./color.ts";
import type { HelpContent } from "./help-content.ts";

const WIDTH = 80;
/** Where descriptions start, unless what they describe is longer. */
const INDENT = 29;

/** The text of `--help`: usage, commands, flags in groups, then the tool's notes. */
export async function helpText(tool: HelpContent): Promise<string> {
  const { flagGroups } = await import("./describe-tool.ts");
  const groups = flagGroups(tool).map(({ title, flags }) =>
    section(
      title,
      flags.map(({ usage, description }) => [usage, description]),
    ),
  );
  const commands = Object.entries(tool.commands ?? {});
  const parts = [
    `${tool.summary} (${tool.name})`,
    `${heading("USAGE")} ${usageLine(tool)}`,
    ...(commands.length === 0 ? [] : [section("COMMANDS", commands)]),
    ...groups,
    tool.notes.trim(),
  ];
  return asTyped(`${parts.join("\n\n")}\n`, tool.name);
}

/** For `lazarus-pit scan`: `scan` alone may have no link. */
function asTyped(text: string, name: string): string {
  const prefix = commandPrefix();
  if (prefix === "" || name.startsWith("lazarus-pit")) return text;
  const usage = text.replace(`${heading("USAGE")} `, (start) => start + prefix);
  return `${usage}\nUnless ${name} has a link of its own, type ${prefix.trim()} before it.\n`;
}

/** The call of a tool: `scan [OPTIONS] [UUID...]`. */
export function usageLine({ name, args, commands, takesCommand }: HelpContent): string {
  const positionals = Object.entries(args).flatMap(([word, { type, required }]) => {
    if (type !== "positional") return [];
    return [required === false ? `[${word.toUpperCase()}]` : `<${word.toUpperCase()}>`];
  });
  const isOnlyCommands = commands !== undefined && positionals.length === 0;
  const rest = takesCommand === true ? ["-- CMD ARG…"] : isOnlyCommands ? ["<command>"] : [];
  return [name, "[OPTIONS]", ...positionals, ...rest].join(" ");
}

const heading = (text: string): string => (hasColor() ? `\u001b[1;4m${text}\u001b[0m` : text);

const section = (title: string, rows: readonly (readonly [string, string])[]): string =>
  [heading(title), ...rows.flatMap(([term, text]) => entryLines(term, text))].join("\n");

/** A term with its description to the right, or below if the term is long. */
function entryLines(term: string, text: string): string[] {
  const lines = Bun.wrapAnsi(text, WIDTH - INDENT).split("\n");
  const start = `  ${term}`;
  const isShort = start.length + 2 <= INDENT;
  const first = isShort ? [`${start.padEnd(INDENT)}${lines[0] ?? ""}`] : [start];
  const others = lines.slice(isShort ? 1 : 0);
  return [...first, ...others.map((line) => " ".repeat(INDENT) + line)].map((line) =>
    line.trimEnd(),
  );
}
