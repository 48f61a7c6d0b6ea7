/**
 * The options of a run, as read from its flags.
 *
 * @module
 */
import type { Settings } from "../contract/settings.ts";
import type { Declared } from "../jobs/rules/declaration.ts";
import type { CommandArgv } from "./command.ts";
import type { StuckOptions } from "./stuck.ts";
import type { TimeLimit } from "./timeout.ts";

/** A cron job, and what its flags declare about it. */
export interface WrappedJob {
  readonly name: string;
  readonly declared: Declared;
  /** The time limit of its run. */
  readonly timeoutSeconds: number | undefined;
}

export interface RunPlan {
  readonly command: CommandArgv;
  /** Id of the mission in whose cell it beats. */
  readonly cell: string | undefined;
  readonly beatSeconds: number;
  readonly job: WrappedJob | undefined;
  readonly limit: TimeLimit | undefined;
  /** When the command counts as stuck. */
  readonly stuck: StuckOptions | undefined;
  /** What to do while another run of the same job is running. */
  readonly lock: "skip" | "wait" | "fail" | undefined;
  /** The exit codes that count as success, if they were given. */
  readonly okCodes: number[] | undefined;
  /** Whether the last part of the output is stored beside the record. */
  readonly captures: boolean;
  /** Whether its output is printed only if it fails. */
  readonly isQuiet: boolean;
  /** Reads the ping URL of a monitor. */
  readonly ping: (() => string) | undefined;
  /** Whether the monitor gets the last part of the output. */
  readonly pingsOutput: boolean;
  /** Whether the command starts only if a beat can be written into its cell. */
  readonly isStrict: boolean;
  /** Reads the settings: after the command has started, unless the start depends on them. */
  readonly settings: () => Settings;
}
