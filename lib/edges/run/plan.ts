/**
 * What a run is to do.
 *
 * @module
 */
import type { Settings } from "../../schemas/settings.ts";
import type { Argv } from "./command.ts";
import type { Limit } from "./timeout.ts";

/** A cron job, and how often it is to run. */
export interface Job {
  readonly name: string;
  readonly intervalSeconds: number | undefined;
  readonly graceSeconds: number | undefined;
}

export interface RunPlan {
  readonly command: Argv;
  /** The mission in whose cell it beats. */
  readonly cell: string | undefined;
  /** How often it beats there. */
  readonly beatSeconds: number;
  readonly job: Job | undefined;
  /** How long the command may take. */
  readonly limit: Limit | undefined;
  /** After how long without CPU and output it is called stuck. */
  readonly stuckSeconds: number | undefined;
  /** What to do while another run of the same job goes on. */
  readonly lock: "skip" | "wait" | "fail" | undefined;
  /** Whether the end of the output is kept. */
  readonly captures: boolean;
  /** Reads the address of a monitor; undefined where none is to be told. */
  readonly ping: (() => string) | undefined;
  /** A cell that cannot be beaten in keeps the command from starting. */
  readonly isStrict: boolean;
  /** Reads the settings: not before the command has started, unless they are needed for that. */
  readonly settings: () => Settings;
}
