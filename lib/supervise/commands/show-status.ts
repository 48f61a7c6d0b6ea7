/**
 * `supervise status`: what the daemon of a root does, by its own account.
 *
 * @module
 */
import { type CommandFlags, storeCommand } from "../../base/command-flags.ts";
import type { Clock } from "../../base/clock.ts";
import { defined } from "../../base/defined.ts";
import { EXIT } from "../../base/errors.ts";
import { printable, printableIndented } from "../../base/printable.ts";
import { valueOf } from "../../contract/facts.ts";
import type { ReportedMember } from "../../contract/fleet-member.ts";
import type { Settings } from "../../contract/settings.ts";
import { type StorePaths, storePathsOf } from "../../host/files/state-dir.ts";
import { printText } from "../../host/stdio/stdio.ts";
import { routesWithOutbox, waitingMessages } from "../notify/outbox.ts";
import { type DaemonStatus, readDaemonStatus } from "../revive/daemon-status.ts";
import { memberInFile, startCall } from "../revive/fleet-file-facts.ts";
import { readRevivalFacts } from "../revive/revival-facts.ts";
import { hasStoreDirectory, storeFlaw } from "../store/store.ts";
import { daemonLines } from "./daemon-lines.ts";
import { orderLines } from "./order-lines.ts";
import { daemonOf } from "./running-daemon.ts";

const JSON_LEVELS = 5;

/**
 * Prints the status; returns 0 if a daemon supervises the root, else 69.
 *
 * @throws {OperatorError} when the locks of the daemon, or the store, cannot be read.
 */
export function showStatus(
  settings: Settings,
  { isJson, flags }: { readonly isJson: boolean; readonly flags: CommandFlags },
  clock: Clock,
): number {
  const state = storePathsOf(settings);
  const holder = daemonOf(state, `Cannot tell whether supervise runs for ${settings.root}`);
  const status = valueOf(readDaemonStatus(state));
  const revival = readRevivalFacts(settings, clock.now());
  const orders = Object.fromEntries(revival?.cells ?? []);
  const waiting = waitingByRoute(state);
  const member = memberInFile(state, clock, holder !== undefined);
  if (isJson) {
    const fleet = defined({ fleet: member });
    const shown = { running: holder !== undefined, daemon: status ?? null, ...fleet };
    const all = { ...shown, hold: revival?.hold ?? null, missions: orders, notifications: waiting };
    printText(`${printableIndented(all, JSON_LEVELS)}\n`);
  } else {
    const places = placeLines(state, holder);
    const daemon =
      holder === undefined
        ? stoppedLines(places, status, startText(state, flags))
        : status === undefined
          ? [`daemon    ${holder}; it has not told its status yet`, ...places]
          : daemonLines(status, places, { flags, now: clock.now() });
    const told = [...daemon, ...memberLines(member), ...waitingLines(waiting, flags)];
    const lines = [...told, ...orderLines(revival, flags)];
    printText(lines.map((line) => `${printable(line)}\n`).join(""));
  }
  return holder === undefined ? EXIT.unavailable : EXIT.ok;
}

/** How many notifications wait, by route, of those that have any. */
const waitingByRoute = (state: StorePaths): Readonly<Record<string, number>> =>
  Object.fromEntries(
    routesWithOutbox(state)
      .map((route) => [route, waitingMessages(state, route).length] as const)
      .filter(([, count]) => count > 0),
  );

const memberLines = (member: ReportedMember | undefined): string[] =>
  member === undefined ? [] : [`fleet     ${member.text}`];

const waitingLines = (
  waiting: Readonly<Record<string, number>>,
  { store }: CommandFlags,
): string[] =>
  Object.entries(waiting).map(
    ([route, count]) => `waiting   ${count} for ${route}; see: lazarus-pit notify${store}`,
  );

/** The places, and why nothing is revived if the store of a daemon that runs or ran is damaged. */
function placeLines(state: StorePaths, holder: string | undefined): string[] {
  const isNew = holder === undefined && !hasStoreDirectory(state);
  const flaw = isNew ? undefined : storeFlaw(state);
  return [
    `root      ${state.root}`,
    `state     ${state.storeDir}`,
    ...(flaw === undefined ? [] : [`problem   ${flaw}; nothing is revived until that is restored`]),
  ];
}

/** How to start a daemon. */
function startText(state: StorePaths, flags: CommandFlags): string {
  const unit = flags.store === "" ? "systemctl start lazarus-pit, or: " : "";
  return `${unit}${storeCommand(startCall(state), flags)}`;
}

function stoppedLines(
  places: readonly string[],
  status: DaemonStatus | undefined,
  start: string,
): string[] {
  const last = status === undefined ? "" : `; the last round was at ${status.at}`;
  return [`daemon    not running${last}`, ...places, `next      start it: ${start}`];
}
