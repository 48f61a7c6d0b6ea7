/**
 * What a view knows of its hosts, however it learns it.
 *
 * `FleetView` is what the two kinds of a fleet have in common: `lib/fleet/sources` asks each host,
 * `lib/fleet/etcd` polls etcd. Everything after it (states, report, table, page, metrics) is the same.
 *
 * @module
 */
import type { Clock } from "../../base/clock.ts";
import type { OperatorError } from "../../base/errors.ts";
import type { Report } from "../../contract/report.ts";

/** The clocks of a view and its reporter: `uptime` dates the facts. */
export type ViewClock = Pick<Clock, "now" | "uptime">;

/** The moment of a fact, in milliseconds. */
export const factsMs = ({ uptime }: Pick<ViewClock, "uptime">): number => 1000 * uptime();

/** A host that is asked: by address, command or file. Moments are those of `FleetFacts`. */
export interface AskedContact {
  readonly by: "asking";
  /** Whether it has been asked at all. */
  readonly isAsked: boolean;
  /** The failed attempts since its last answer, and after how many of them it is lost. */
  readonly failures: number;
  readonly lostAfter: number;
  /** Why the last attempt failed, as one clause. */
  readonly failure: string | undefined;
  /** From when its report ages, apart from the time that looks take; undefined before an answer. */
  readonly answeredMs: number | undefined;
  /**
   * How old its report was when it answered, in milliseconds, by the best clock there is; negative
   * for one from the future. An age within the allowed difference of two clocks is 0.
   */
  readonly ageMs: number;
}

/** A host that publishes to etcd. */
export interface LeasedContact {
  readonly by: "lease";
  readonly hasLease: boolean;
  /** The report is from before the host has this lease. */
  readonly isReportEarlier: boolean;
  /** When this view saw the lease go; undefined if it never saw it. */
  readonly goneMs: number | undefined;
  /** When this view last saw the report renewed. */
  readonly renewedMs: number | undefined;
  /** When etcd last answered this view; undefined if it never has. */
  readonly etcdAnsweredMs: number | undefined;
  /** How often this view polls etcd. */
  readonly pollMs: number;
}

/** What a view knows of one host. */
export interface HostFacts {
  readonly name: string;
  readonly contact: AskedContact | LeasedContact;
  /** The last report that could be read: the same object until another one was read. */
  readonly report: Report | undefined;
  /** Why what it last wrote cannot be read, as one clause; undefined if it can. */
  readonly unreadable: string | undefined;
  readonly version: string | null;
  readonly held: boolean | null;
}

/** All hosts after one look. Moments are those of `factsMs`. */
export interface FleetFacts {
  readonly kind: "sources" | "etcd";
  /** When anything last answered; undefined if nothing ever has. */
  readonly answeredMs: number | undefined;
  readonly hosts: readonly HostFacts[];
}

/** Looks at a fleet: `look` is called again and again, never twice at once. */
export interface FleetView {
  /** The next facts. A fault of one host, or of etcd, is in the facts; only a bug throws. */
  readonly look: () => Promise<FleetFacts>;
  /** Why etcd did not answer the last look; undefined if it did. */
  readonly failure?: OperatorError | undefined;
  /** The homes of some missions, by mission id; those without one are absent. Sources have none. */
  readonly homesOf?: (ids: readonly string[]) => Promise<ReadonlyMap<string, string>>;
}
