/**
 * What a tool says about itself.
 *
 * @module
 */
import type { ArgsDef } from "citty";
import type { ArgumentRules } from "./flags.ts";

/** The content of a tool's help. */
export interface HelpContent extends Pick<ArgumentRules, "takesCommand" | "optionalValues"> {
  readonly name: string;
  readonly summary: string;
  readonly args: ArgsDef;
  /** Titles of groups, each with the names of its flags; other flags are options, or settings. */
  readonly groups?: Readonly<Record<string, readonly string[]>>;
  /** The tool's subcommands, with what they do. */
  readonly commands?: Readonly<Record<string, string>>;
  /** Printed after the flags: exit codes and examples, in 80 columns. */
  readonly notes: string;
}
