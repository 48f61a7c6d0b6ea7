/**
 * Assembles the daemon from its options: locks the root, opens the store, and joins the fleet.
 *
 * @module
 */
import { join } from "node:path";
import { type CommandFlags, storeCommand } from "../../base/command-flags.ts";
import type { Clock } from "../../base/clock.ts";
import { printable } from "../../base/printable.ts";
import type { Event } from "../../contract/event.ts";
import type { Settings } from "../../contract/settings.ts";
import { openRoot } from "../../host/files/directory.ts";
import { storePathsOf } from "../../host/files/state-dir.ts";
import { queueStderr } from "../../host/stdio/async-stderr.ts";
import type { EndpointWorker } from "../../http/server/endpoint-worker.ts";
import { readFleetFileHead, removeFleetFile } from "../revive/fleet-file.ts";
import { type Notifier, startNotifier } from "../notify/notifier.ts";
import { type ErrorReporter, startErrorReporter } from "../store/error-reporter.ts";
import { lockRoot, type RootLock } from "../store/root-lock.ts";
import { openStore, type Store } from "../store/store.ts";
import type { DaemonState } from "./daemon-state.ts";
import type { FleetMember, FleetMemberContext } from "./fleet-member.ts";
import { type RoundRunner, startRoundRunner } from "./round.ts";
import { type SelfHeartbeat, selfHeartbeat } from "./self-heartbeat.ts";

export interface DaemonOptions {
  /** Reads the settings, at the start and on each SIGHUP. */
  readonly load: () => Settings;
  /** What commands in messages and reasons need. */
  readonly commandFlags: CommandFlags;
  /** The file for the report; by default one in the store. */
  readonly output: string | undefined;
  /** Run one round only. */
  readonly isOnce: boolean;
  /** Take part in the fleet. */
  readonly isInFleet: boolean;
  /** The descriptor on which s6 waits for readiness. */
  readonly readyFd: number | undefined;
  /** Serves the reports over HTTP, from the first round on. */
  readonly serve:
    ((state: DaemonState, errors: ErrorReporter) => Promise<EndpointWorker>) | undefined;
}

export interface Daemon {
  readonly clock: Clock;
  readonly settings: Settings;
  readonly notifier: Notifier;
  readonly errors: ErrorReporter;
  readonly rounds: RoundRunner;
  /** Undefined outside of a fleet. */
  readonly fleet: FleetMember | undefined;
  readonly heartbeat: SelfHeartbeat;
}

/**
 * @throws {OperatorError} if the root does not exist, another supervise holds its lock, or the state
 * directory or the fleet cannot be used.
 */
export async function assemble(options: DaemonOptions, clock: Clock): Promise<Daemon> {
  const { load, output, isInFleet } = options;
  const settings = load();
  openRoot(settings.root).close();
  const { store, rootLock } = lockedStore(settings, clock.now());
  const errors = startErrorReporter("supervise");
  const notifier = startNotifier({ store, errors });
  notifier.reportOrphans(settings.notify);
  const report = output ?? join(store.storeDir, "report.json");
  const onEvent = (event: Event) => rounds.addEvents([event]);
  if (!isInFleet) errors.guard("fleet.json", () => leaveFleet(store, options.commandFlags));
  const fleet = isInFleet
    ? await startFleet(settings, { store, clock, errors, onEvent })
    : undefined;
  const rounds = startRoundRunner({
    store,
    rootLock,
    notifier,
    errors,
    output: report,
    clock,
    fleetFacts: fleet?.factsFor,
    flags: options.commandFlags,
  });
  const heartbeat = selfHeartbeat(errors, clock);
  return { clock, settings, notifier, errors, rounds, fleet, heartbeat };
}

/** The code for etcd is loaded only here. */
async function startFleet(settings: Settings, context: FleetMemberContext): Promise<FleetMember> {
  const { startFleetMember } = await import("./fleet-member.ts");
  return startFleetMember(settings, context);
}

/** Forgets the fleet of an earlier daemon, whose missions may have other homes by now. */
function leaveFleet(store: Store, flags: CommandFlags): void {
  const known = readFleetFileHead(store);
  removeFleetFile(store);
  if (known === undefined) return;
  const again = storeCommand("supervise --fleet", flags);
  const text = `started without --fleet, in which this host was ${known.name}: it revives its missions also if their home is another host; to obey the fleet again, stop it and type: ${again}`;
  queueStderr(`${printable(`supervise: ${text}`)}\n`);
}

function lockedStore(settings: Settings, now: Date): { store: Store; rootLock: RootLock } {
  const created: string[] = [];
  const store = openStore(storePathsOf(settings), now, (text) => created.push(text));
  const rootLock = lockRoot(settings.root, store);
  for (const text of created) queueStderr(printable(`supervise: ${text}`) + "\n");
  return { store, rootLock };
}
