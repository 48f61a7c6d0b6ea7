/**
 * A script's `--help`.
 *
 * @module
 */
import { type ArgsDef, renderUsage } from "citty";
import type { Allowance } from "./flags.ts";

/** What a script's help tells. */
export interface Helpful extends Pick<Allowance, "takesCommand"> {
  readonly name: string;
  readonly summary: string;
  readonly args: ArgsDef;
  /** The commands of a toolkit, with what they do. */
  readonly commands?: Readonly<Record<string, string>>;
  /** Printed after the flags: exit codes and examples, in 80 columns. */
  readonly notes: string;
}

/** The text of `--help`: citty's usage, then the script's own notes. */
export async function helpText({
  name,
  summary,
  args,
  commands = {},
  takesCommand = false,
  notes,
}: Helpful): Promise<string> {
  const described = Object.entries(commands).map(([command, description]) => [
    command,
    { meta: { description } },
  ]);
  const subCommands = described.length === 0 ? {} : { subCommands: Object.fromEntries(described) };
  const usage = await renderUsage({ meta: { name, description: summary }, args, ...subCommands });
  // citty lists every command in the line of use, which then is too long for a terminal.
  const names = Object.keys(commands).join("|");
  const named = usage.trimEnd().replace(names, names && "<command>");
  // Nor does it know what comes after a script's own arguments.
  const use = takesCommand ? named.replace("[UUID]", "[UUID] -- CMD ARG…") : named;
  const text = `${use}\n\n${notes.trim()}\n`;
  return (hasColour() ? text : Bun.stripANSI(text)).replace(/ +$/gm, "");
}

/** True when stdout is a terminal that wants colour. */
export const hasColour = (): boolean =>
  process.stdout.isTTY && !process.env["NO_COLOR"] && process.env["TERM"] !== "dumb";
