/**
 * One host's part in the fleet: after each round it claims homes, publishes its report, and renews
 * its lease, in this order.
 *
 * A host may revive a mission for `alone` seconds after it sent the transaction that confirmed its
 * session, its homes, and that nobody forgets it. The timer that `forget` starts is longer, and
 * starts after the last confirmation. No lease that somebody renews decides anything: etcd may end
 * such a lease early, and keeps it alive in a database that is full. The lease is renewed last, so
 * that a host that cannot publish is lost to the view.
 *
 * @module
 */
import type { Clock } from "../../base/clock.ts";
import { OperatorError } from "../../base/errors.ts";
import type { Report } from "../../contract/report.ts";
import type { HomeFacts } from "../rules/revival.ts";
import { createHomes } from "./homes.ts";
import { renewLease, revokeLease } from "./lease.ts";
import { type FleetOrders, readFleetOrders } from "./orders-record.ts";
import { type Confirmed, type Moment, currentMoment, secondsSince } from "./permission.ts";
import { createReportPublisher } from "./publish.ts";
import { beginSession, type HostContext, NameTaken, SessionOver } from "./session.ts";

/** How long another host may have the name before that is an error, in leases. */
const TAKEN_LEASES = 2;
/** Claiming homes takes at most this part of a lease, so that it is renewed in time. */
const CLAIMING_PART = 3;
/** The same for freeing them, which nobody waits for. */
const FREEING_PART = 10;

export interface Membership {
  /**
   * Publishes a round's report; never runs twice at once.
   *
   * @throws {EtcdError} if anything could not be done; the lease is not renewed then.
   */
  readonly tick: (report: Report) => Promise<void>;
  /** What etcd said about a mission, as of now. */
  readonly factsFor: (id: string) => HomeFacts;
  readonly confirmed: Confirmed | undefined;
  /** Ends the lease. */
  readonly leave: () => Promise<void>;
}

/** `onRestored` is called when etcd was restored from a backup. */
export function joinFleet(host: HostContext, clock: Clock, onRestored: () => void): Membership {
  const { etcd, keys, name, times, lease } = host;
  const homes = createHomes(host);
  let sentAt: Moment | undefined;
  const publisher = createReportPublisher(host, () => (sentAt = currentMoment(clock)));
  let session: number | undefined;
  let hadSession = false;
  let hasRecalled = false;
  let restores = 0;
  let confirmed: Confirmed | undefined;
  let orders: FleetOrders = readFleetOrders(keys, []);
  let takenSince: Moment | undefined;
  let failure: string | undefined;

  async function begin(): Promise<number> {
    publisher.reset();
    homes.reset();
    const begun = await beginSession(host, hadSession);
    hadSession = true;
    if (etcd.restores !== restores) {
      onRestored();
      hasRecalled = false;
    }
    restores = etcd.restores;
    return begun;
  }

  function checkRestore(): void {
    if (etcd.restores !== restores) throw new SessionOver("etcd was restored from a backup");
  }

  /** A function that is true for `seconds` from now. */
  function lasting(seconds: number): () => boolean {
    const started = currentMoment(clock);
    return () => secondsSince(started, clock) < seconds;
  }

  async function runTick(report: Report): Promise<void> {
    const hasTime = lasting(times.lease / CLAIMING_PART);
    const current = (session ??= await begin());
    const ids = report.cells.map(({ mission_id }) => mission_id);
    await homes.claim(ids, current, hasTime);
    // While the observer is in doubt, a cell that is not there may only be out of its sight.
    if (report.suspicion === undefined) homes.forgetGone(new Set(ids), clock.uptime());
    const { orders: found } = await publisher.publish(report, current, clock.uptime());
    checkRestore();
    const ours = [...homes.known].filter(([, home]) => home === name).map(([id]) => id);
    if (sentAt !== undefined) confirmed = { sentAt, missions: new Set(ours) };
    orders = readFleetOrders(keys, found);
    if (!(await renewLease(etcd, lease))) throw new SessionOver("its lease ran out");
    await freeHomes(current);
  }

  /** Frees the homes of cells that left, after all that the lease waits for. */
  async function freeHomes(current: number): Promise<void> {
    if (!hasRecalled) await homes.recall();
    hasRecalled = true;
    try {
      await homes.removeForgotten(current, lasting(times.lease / FREEING_PART));
    } catch (error) {
      session = undefined;
      throw error;
    }
  }

  /** A session that is over is begun again in the same tick, once. */
  async function tickOrRejoin(report: Report): Promise<void> {
    const wasInSession = session !== undefined;
    try {
      await runTick(report);
    } catch (error) {
      if (!(error instanceof SessionOver)) throw error;
      session = undefined;
      if (!wasInSession) throw error;
      await runTick(report);
    }
  }

  /** For two leases the name may be that of this host's own last boot. */
  async function tick(report: Report): Promise<void> {
    try {
      await tickOrRejoin(report);
      takenSince = undefined;
      failure = undefined;
    } catch (error) {
      if (error instanceof OperatorError) failure = error.message;
      if (!(error instanceof NameTaken)) throw error;
      // The process that has the name now may revive its missions.
      confirmed = undefined;
      takenSince ??= currentMoment(clock);
      const isLong = secondsSince(takenSince, clock) >= TAKEN_LEASES * times.lease;
      if (isLong || !error.mayPass) throw error;
    }
  }

  return {
    tick,
    factsFor: (id) => ({
      name,
      hold: orders.holdOn(name, clock.now()),
      orders: orders.on(id),
      home: homes.known.get(id),
      isConfirmed: confirmed?.missions.has(id) === true,
      confirmedSeconds: secondsSince(confirmed?.sentAt, clock),
      aloneSeconds: times.alone,
      failure,
    }),
    get confirmed() {
      return confirmed;
    },
    leave: () => revokeLease(etcd, lease),
  };
}
