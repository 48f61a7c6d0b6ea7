/**
 * Looking at the cells again and again: at the heartbeats each time, at all else every few
 * times, and at a whole cell before its verdict changes.
 *
 * @module
 */
import { fstatSync } from "node:fs";
import { classify } from "../../rules/classify.ts";
import { shortened } from "../../rules/printable.ts";
import { reaged } from "../../rules/reage.ts";
import { makeReport, reportCell } from "../../rules/report.ts";
import { POINTERS } from "../../schemas/cell.ts";
import { valueOf } from "../../schemas/facts.ts";
import type { Heartbeat } from "../../schemas/heartbeat.ts";
import type { Report, ReportCell } from "../../schemas/report.ts";
import type { Settings } from "../../schemas/settings.ts";
import { beatStamp } from "../cell/glance.ts";
import { listRoot } from "../cell/listing.ts";
import { observeCell } from "../cell/observe.ts";
import { openRoot, type Root } from "../host/directory.ts";
import { hostName } from "../host/host.ts";

/** At every so many looks, each cell is looked at whole. */
const WHOLE_EVERY = 6;
/** Longer names than a host's are another host's in any case. */
const LONGEST_HOST = 255;
/** After a pause of so many intervals, and a second, nobody can say what happened meanwhile. */
const LONGEST_GAP = 3;

/** What is kept of a cell between looks: bounded, whatever its agent wrote. */
export interface Seen {
  readonly cell: ReportCell;
  readonly path: string;
  readonly stamp: string | undefined;
  /** Names the last beat; undefined where there is none that can be read. */
  readonly digest: string | undefined;
  /** The host that the last beat names. */
  readonly beatHost: string | undefined;
  /** Since when, in milliseconds of a clock that nobody sets, this process has seen this very beat. */
  readonly sinceMs: number;
}

export interface Look {
  readonly report: Report;
  readonly seen: ReadonlyMap<string, Seen>;
}

/** A watch over one root. */
export interface Watch {
  /**
   * Looks once.
   *
   * @throws {OperatorError} when there is no such root, or it cannot be listed.
   */
  look(settings: Settings, now: Date): Look;
  /** There was a time in which nobody could look, or beat. */
  interrupt(): void;
  /** Looks at one cell whole, whatever is remembered of it. */
  lookAt(root: Root, id: string, settings: Settings, now: Date): Seen;
}

/** Starts a watch; `clock` gives milliseconds and never goes back. */
export function startWatch(clock: () => number = () => performance.now()): Watch {
  let seen = new Map<string, Seen>();
  let looks = 0;
  let lastMs = clock();
  let lastRoot = "";
  let lastSettings: Settings | undefined;

  function lookAt(root: Root, id: string, settings: Settings, now: Date): Seen {
    const before = seen.get(id);
    const path = before?.path ?? POINTERS.heartbeat;
    // Taken first: a beat that comes meanwhile is noticed at the next look.
    const stamp = beatStamp(root, id, path);
    const facts = observeCell(root, id);
    const beat = valueOf(facts.heartbeat);
    const digest = beat === undefined ? undefined : digestOf(beat);
    const isSame = before !== undefined && before.digest === digest;
    return {
      cell: reportCell(facts, classify(facts, settings, now)),
      path: facts.heartbeat.path,
      stamp: path === facts.heartbeat.path ? stamp : undefined,
      digest,
      beatHost: beat?.host === undefined ? undefined : shortened(beat.host, LONGEST_HOST),
      sinceMs: isSame ? before.sinceMs : clock(),
    };
  }

  function lookOrRemember(root: Root, id: string, settings: Settings, now: Date): Seen {
    const before = seen.get(id);
    if (before?.stamp === undefined || beatStamp(root, id, before.path) !== before.stamp)
      return lookAt(root, id, settings, now);
    const cell = reaged(before.cell, settings, now);
    return cell === undefined ? lookAt(root, id, settings, now) : { ...before, cell };
  }

  /** Forgets for how long beats have been seen, where there was a time without a look. */
  function startAnew(): void {
    for (const [id, each] of seen) seen.set(id, { ...each, sinceMs: clock() });
  }

  return {
    lookAt,
    interrupt: () => void (lastRoot = ""),
    look(settings, now) {
      const started = clock();
      const root = openRoot(settings.root);
      try {
        const intervalMs = 1000 * settings.scan_interval_seconds;
        const identity = identityOf(root);
        if (identity !== lastRoot || started - lastMs > LONGEST_GAP * intervalMs + 1000)
          startAnew();
        const { ids, ignored } = listRoot(root);
        const isWhole = looks % WHOLE_EVERY === 0 || settings !== lastSettings;
        seen = new Map(
          ids.map((id) => [id, (isWhole ? lookAt : lookOrRemember)(root, id, settings, now)]),
        );
        looks += 1;
        lastMs = started;
        lastRoot = identity;
        lastSettings = settings;
        const header = {
          now,
          host: hostName(),
          root: root.path,
          duration_ms: clock() - started,
          next: new Date(now.getTime() + intervalMs),
        };
        const cells = [...seen.values()].map(({ cell }) => cell);
        return { report: makeReport(header, cells, ignored), seen };
      } finally {
        root.close();
      }
    },
  };
}

/** The one directory that a root is: a mount that went or came is another. */
function identityOf({ fd }: Root): string {
  const { dev, ino } = fstatSync(fd);
  return `${dev}:${ino}`;
}

/** Names a beat by what it says. */
const digestOf = (beat: Heartbeat): string =>
  new Bun.CryptoHasher("sha256").update(JSON.stringify(beat)).digest("hex").slice(0, 16);
