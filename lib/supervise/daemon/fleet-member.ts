/**
 * The daemon's part in a fleet: publishes each round's report to etcd, beside the rounds, which never
 * wait for it. Loaded only with `--fleet`.
 *
 * @module
 */
import type { Clock } from "../../base/clock.ts";
import { defined } from "../../base/defined.ts";
import { OperatorError } from "../../base/errors.ts";
import type { Event } from "../../contract/event.ts";
import { valueOf } from "../../contract/facts.ts";
import type { MemberHealth } from "../../contract/fleet-member.ts";
import type { Report } from "../../contract/report.ts";
import type { Settings } from "../../contract/settings.ts";
import { hostContext } from "../../fleet/etcd/host-context.ts";
import { joinFleet, type Membership } from "../../fleet/etcd/membership.ts";
import type { HomeFacts } from "../../fleet/rules/revival.ts";
import { hostName, thisProcess } from "../../host/host.ts";
import { readMarker } from "../../host/files/store-marker.ts";
import { type FleetFile, writeFleetFile } from "../revive/fleet-file.ts";
import type { ErrorReporter } from "../store/error-reporter.ts";
import { createMemberRecord } from "./member-health.ts";
import type { Store } from "../store/store.ts";

/** The name of its errors in the journal. */
const TASK = "the fleet";

export interface FleetMember {
  /** The host's name in the fleet. */
  readonly name: string;
  readonly factsFor: (id: string) => HomeFacts;
  /** Publishes a round's report, unless the previous one is still on its way. */
  afterRound(report: Report): void;
  readonly health: () => MemberHealth;
  /** Notes in `fleet.json` that it was stopped, and ends the host's lease, so that views need not wait for its end. */
  stop(): Promise<void>;
}

export interface FleetMemberContext {
  readonly store: Store;
  readonly clock: Clock;
  readonly errors: ErrorReporter;
  readonly onEvent: (event: Event) => void;
}

/**
 * Joins the fleet with the first round.
 *
 * @throws {OperatorError} of kind `config` if the settings of the fleet cannot be used.
 */
export function startFleetMember(settings: Settings, context: FleetMemberContext): FleetMember {
  const { store, clock, errors, onEvent } = context;
  const host = hostContext(settings, valueOf(readMarker(store.storeDir))?.store_id ?? "");
  const member = joinFleet(host, clock, () => onEvent(restoredEvent(clock)));
  const record = createMemberRecord(member);
  let isBusy = false;
  let isStopped = false;
  let lastReport: Pick<Report, "cells"> = { cells: [] };
  /** Hosts that start at the same time begin at different ones. */
  let delaySeconds = Number(Bun.hash(host.name) % BigInt(settings.scan_interval_seconds));

  async function publish(report: Report): Promise<void> {
    await Bun.sleep(1000 * delaySeconds);
    delaySeconds = 0;
    if (isStopped) return;
    let failure: OperatorError | undefined;
    try {
      await member.tick(report);
      errors.clear(TASK);
    } catch (error) {
      errors.report(TASK, error);
      if (!(error instanceof OperatorError)) throw error;
      failure = error;
    }
    record.note(failure);
    if (isStopped) return;
    lastReport = report;
    writeFile();
  }

  function writeFile(): void {
    const file = fleetFile(member, lastReport, clock.bootId);
    const known = isStopped ? { ...file, confirmed: null, stopped: true } : file;
    const all = { ...known, ...defined({ fault: record.fault }) };
    errors.guard("fleet.json", () => writeFleetFile(store, all));
  }

  return {
    name: host.name,
    factsFor: member.factsFor,
    health: record.health,
    afterRound(report) {
      if (isBusy) return;
      isBusy = true;
      publish(report)
        .catch((error: unknown) => errors.report(TASK, error))
        .finally(() => (isBusy = false));
    },
    async stop() {
      isStopped = true;
      // At once: the daemon may end before etcd has answered.
      writeFile();
      // The lease ends by itself a little later.
      await member.leave().catch(() => {});
    },
  };
}

const restoredEvent = (clock: Clock): Event => ({
  schema_version: 1,
  at: clock.now().toISOString(),
  event: "fleet-restored",
});

function fleetFile(
  member: Membership,
  { cells }: Pick<Report, "cells">,
  bootId: string,
): FleetFile {
  const { name, aloneSeconds, hold, failure } = member.factsFor("");
  const sentAt = member.confirmed?.sentAt;
  const sick = cells.filter(({ status }) => status !== "healthy");
  return {
    schema_version: 1,
    name,
    host: hostName(),
    process: thisProcess(),
    alone_seconds: aloneSeconds,
    confirmed:
      sentAt === undefined
        ? null
        : {
            at: new Date(sentAt.wallMs).toISOString(),
            boot_id: bootId,
            uptime_seconds: sentAt.uptime,
          },
    missions: Object.fromEntries(
      sick.map(({ mission_id: id }) => [id, missionIn(member.factsFor(id))]),
    ),
    ...defined({ hold, failure }),
  };
}

const missionIn = ({ home, orders }: HomeFacts) => defined({ home, orders });
