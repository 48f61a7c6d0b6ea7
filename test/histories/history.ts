/**
 * A history as data: a host with agents, what happens to it at which time, and what the daemon must
 * say and do.
 *
 * @module
 */
import type { Heartbeat } from "../../lib/contract/heartbeat.ts";
import type { RevivePolicy } from "../../lib/contract/revive-policy.ts";
import type { Settings } from "../../lib/contract/settings.ts";
import type { MissionStep } from "../../lib/cell/rules/transition.ts";
import type { FileSystemFacts } from "../../lib/verdict/suspicion.ts";

/** Since the start of the history, such as `90s`, `5m`, `1h30m`, `2d`. */
export type Moment = string;

/** An agent and its cell. It beats by itself for as long as it can. */
export interface AgentSpec {
  /** Seconds between beats, and `interval_seconds` of each; 60 by default. */
  readonly every?: number;
  /** How the agent's beats name its process: not at all, or by pid from another pid namespace. */
  readonly vouches?: "yes" | "no" | "elsewhere";
  /** Another host that it runs on, with its own boot and processes. */
  readonly host?: string;
  /** By how many seconds its clock is ahead of the host's. */
  readonly ahead?: number;
  /** More fields of its beats. */
  readonly says?: Partial<Heartbeat>;
  /** More keys of cell.json. */
  readonly config?: object;
  /** It has not been started: the cell is new. */
  readonly isUnborn?: boolean;
}

/** One thing that happens. */
export type Happening =
  /** The agent's process ends, and nobody records how. */
  | { readonly kill: string }
  /** Its process ends, and its wrapper records the exit. */
  | {
      readonly ends: string;
      readonly exit: { code?: number; signal?: string; forwarded?: boolean };
    }
  /** It stops beating, though its process runs; `goesOn` makes it beat again. */
  | { readonly hangs: string }
  | { readonly goesOn: string }
  /** Somebody else starts it in its cell. */
  | { readonly starts: string }
  /** What its beats say from now on; it beats at once. `forgets` removes earlier words. */
  | { readonly says: string; readonly words: Partial<Heartbeat>; readonly forgets?: true }
  /** Another process gets the pid of its dead one. */
  | { readonly reusesPidOf: string }
  /** Its process can no longer be seen by the daemon; or can again. */
  | { readonly hides: string; readonly isHidden: boolean }
  | { readonly mission: string; readonly step: MissionStep }
  | { readonly disk: Partial<FileSystemFacts> }
  /** Sets the wall clock forward by this number of seconds; back if it is negative. */
  | { readonly clock: number }
  /** The host sleeps. */
  | { readonly sleeps: Moment }
  /** Only the daemon gets no CPU. */
  | { readonly starves: Moment }
  /** The host is down for a time and boots; the daemon starts 10 s later, agents do not. */
  | { readonly reboots: Moment }
  | { readonly daemon: "stops" | "starts" }
  /** What happens to the directory of the root. */
  | { readonly root: "is-replaced" | "is-back" | "is-gone" | "is-emptied" }
  /** The text of a file in a cell. */
  | { readonly writes: string; readonly file: string; readonly text: string }
  | { readonly removes: string; readonly file: string }
  | { readonly order: "hold" | "resume" }
  | {
      readonly order: "snooze" | "quarantine" | "release";
      readonly of: string;
      readonly for?: Moment;
    }
  | { readonly settings: Partial<Settings> };

export interface HistoryStep {
  readonly at: Moment;
  /** What happens then, before the round of that moment. */
  readonly happens?: readonly Happening[];
  /**
   * What the round of that moment says of each agent: `status code | attention | process … |
   * exit … | started n`; what is healthy has its row in place of a code; `process` and `exit` are
   * left out where there is none; `started` counts the attempts.
   */
  readonly is?: Readonly<Record<string, string>>;
  /** The suspicion that the report names; null for none. */
  readonly suspicion?: string | null;
  /** The events since the last step that names some. */
  readonly told?: readonly string[];
}

export interface History {
  /** What it is about, as a title of a test. */
  readonly about: string;
  readonly agents: Readonly<Record<string, AgentSpec>>;
  readonly settings?: Partial<Settings>;
  /** Keys of the only policy that differ from its defaults; null for no policy. */
  readonly policy?: Partial<Omit<RevivePolicy, "command">> | null;
  /** What the policy's command does, after 2 s: a new agent, nothing, or exit code 1. */
  readonly command?: "restarts" | "does-nothing" | "fails";
  readonly steps: readonly HistoryStep[];
}
