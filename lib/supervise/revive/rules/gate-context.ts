/**
 * What the gates depend on for one cell in one round.
 *
 * @module
 */
import { type CommandFlags, NO_FLAGS, storeCommand } from "../../../base/command-flags.ts";
import type { Attempt } from "./attempt.ts";
import type { Evidence } from "../../../contract/report.ts";
import type { Hold, Orders } from "../../orders/rules/order.ts";
import type { ReportCell, Suspicion } from "../../../contract/report.ts";
import type { HomeFacts } from "../../../fleet/rules/revival.ts";
import type { RevivePolicy } from "../../../contract/revive-policy.ts";

export interface GateContext {
  readonly now: Date;
  readonly cell: ReportCell;
  readonly policy: RevivePolicy;
  readonly evidence: Evidence;
  /** Identifies the last beat by its contents. */
  readonly digest: string;
  /** The name of this host, and of other hosts whose cells are this host's now. */
  readonly host: string;
  readonly adoptedHosts: readonly string[];
  /** Several rounds agreed on its status: see status-memory.ts. */
  readonly isConfirmed: boolean;
  /** The number of rounds in a row that found this problem, and the number that is required. */
  readonly agreeingRounds: number;
  readonly requiredRounds: number;
  /** How long the agent has been silent while a beat was expected, by the wall clock. */
  readonly silentSeconds: number;
  /** How long this process has seen the same last beat, by a monotonic clock. */
  readonly watchedSeconds: number;
  /** The process that the beat vouches for ran during another boot, which may be another host's. */
  readonly isOtherBoot: boolean;
  /** For how long this host has been up. */
  readonly uptimeSeconds: number;
  /** Why its verdict is in doubt in this round; undefined when it is not. */
  readonly suspicion: Suspicion | undefined;
  /** Why agents of this host cannot write beats, such as a full disk; undefined if they can. */
  readonly beatsBlocked: Suspicion | undefined;
  /** Why orders and attempts cannot be read; undefined if they can. */
  readonly stateFlaw: string | undefined;
  /** Null without a hold; an unreadable hold counts as one. */
  readonly hold: Hold | null | "unreadable";
  readonly orders: Orders | "unreadable";
  /** What etcd said about its home; undefined without a fleet. */
  readonly fleet: HomeFacts | undefined;
  /** Those since the last recovery, oldest first; empty if they cannot be read. */
  readonly attempts: readonly Attempt[];
  readonly areAttemptsRead: boolean;
  /** This process is running a command for it. */
  readonly isRunning: boolean;
  /** 0 to 1, the same for one delay; see `backoffSecondsLeft`. */
  readonly jitterFraction: number;
  /** How many attempts the policy still allows in this round. */
  readonly budget: number;
  /** What the commands in the reasons need; undefined for no flags. */
  readonly flags?: CommandFlags | undefined;
}

/** Why a gate is closed; undefined if it is open. */
export type Gate = (context: GateContext) => string | undefined;

/** The time at which a gate opens: a duration would change the message in each round. */
export const timeAfter = (now: Date, seconds: number): Date =>
  new Date(1000 * Math.ceil(now.getTime() / 1000 + seconds));

/** "waiting until …"; `seconds` may be infinite. */
export const waitingText = (now: Date, seconds: number): string =>
  seconds > 1e9 ? "waiting indefinitely" : `waiting until ${timeAfter(now, seconds).toISOString()}`;

type CommandContext = { readonly cell: Pick<ReportCell, "mission_id"> } & Pick<
  GateContext,
  "flags"
>;

/** The command that releases this mission. */
export const releaseCommand = ({ cell, flags = NO_FLAGS }: CommandContext): string =>
  storeCommand(`supervise release ${cell.mission_id}`, flags);
