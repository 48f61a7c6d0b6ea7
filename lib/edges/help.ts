/**
 * A script's `--help`.
 *
 * @module
 */
import { renderUsage } from "citty";
import type { Tool } from "./tool.ts";

/** The text of `--help`: citty's usage, then the script's own notes. */
export async function helpText({
  name,
  summary,
  args,
  commands = {},
  notes,
}: Tool): Promise<string> {
  const described = Object.entries(commands).map(([command, description]) => [
    command,
    { meta: { description } },
  ]);
  const subCommands = described.length === 0 ? {} : { subCommands: Object.fromEntries(described) };
  const usage = await renderUsage({ meta: { name, description: summary }, args, ...subCommands });
  const text = `${usage.trimEnd()}\n\n${notes.trim()}\n`.replace(/ +$/gm, "");
  return hasColour() ? text : Bun.stripANSI(text);
}

/** True when stdout is a terminal that wants colour. */
export const hasColour = (): boolean =>
  process.stdout.isTTY && !process.env["NO_COLOR"] && process.env["TERM"] !== "dumb";
