/**
 * Scans a root round after round, and judges whether the observer may be at fault.
 *
 * @module
 */
import type { Clock } from "../../base/clock.ts";
import { buildReport } from "../../verdict/report.ts";
import type { Report } from "../../contract/report.ts";
import type { Settings } from "../../contract/settings.ts";
import { openRoot, type Root } from "../../host/files/directory.ts";
import { fileSystemOf } from "../../host/files/file-system.ts";
import { hostName } from "../../host/host.ts";
import { createCellView } from "../../view/cell-view.ts";
import type { ObservedCell } from "../../view/observed-cell.ts";
import { identityOf } from "./accepted-root.ts";
import type { RootAcceptance } from "./rules/root-watch.ts";
import { NO_SUSPICION, nextSuspicions } from "./rules/suspicion-state.ts";
import { type RoundSuspicions, roundSuspicions } from "./rules/suspicions.ts";

export interface RootScan {
  readonly report: Report;
  /** By mission id. */
  readonly cells: ReadonlyMap<string, ObservedCell>;
  readonly suspicions: RoundSuspicions;
  /**
   * For how many seconds this process has watched a cell with the same last beat while one was
   * expected; 0 for an unknown cell.
   */
  readonly watchedSeconds: (id: string) => number;
}

/** Scans one root. */
export interface Scanner {
  /**
   * Scans all cells.
   *
   * @throws {OperatorError} when there is no such root, or it cannot be listed.
   */
  scan(settings: Settings): RootScan;
  /** Makes the next scan restart the watch over all cells: scans or beats were impossible for a time. */
  interrupt(): void;
  /** Reads one cell in full. */
  scanCell(root: Root, id: string, settings: Settings): ObservedCell;
}

/** Creates a scanner without cells; `accepted` reads the operator's last acceptance of the root. */
export function startScanner(
  clock: Clock,
  accepted: () => RootAcceptance | undefined = () => undefined,
): Scanner {
  const view = createCellView(clock);
  let cells: ReadonlyMap<string, ObservedCell> = new Map();
  let isInterrupted = false;
  let lastSettings: Settings | undefined;
  let state = NO_SUSPICION;

  function suspect(root: Root, interval: number, started: number, now: Date): RoundSuspicions {
    const observed = [...cells.values()];
    state = nextSuspicions(state, {
      clocks: { wallMs: now.getTime(), monotonic: started, uptime: clock.uptime() },
      interval,
      fileSystem: fileSystemOf(root.fd),
      root: { identity: identityOf(root), acceptance: accepted() },
      isInterrupted,
      cells: observed,
      ids: cells,
    });
    isInterrupted = false;
    return roundSuspicions(state, observed);
  }

  function scanRoot(root: Root, settings: Settings): RootScan {
    const started = clock.monotonic();
    // This round was due by the settings of the one before, or later if rounds start less often now.
    const due = Math.max(
      (lastSettings ?? settings).scan_interval_seconds,
      settings.scan_interval_seconds,
    );
    const { ignored, now, ...viewed } = view.update(root, settings);
    cells = viewed.cells;
    lastSettings = settings;
    const suspicions = suspect(root, due, started, now);
    const header = {
      now,
      host: hostName(),
      root: root.path,
      duration_ms: 1000 * (clock.monotonic() - started),
      next: new Date(now.getTime() + 1000 * settings.scan_interval_seconds),
      suspicion: suspicions.reported,
    };
    const reported = [...cells.values()].map(({ cell }) => cell);
    const report = buildReport(header, reported, ignored);
    return { report, cells, suspicions, watchedSeconds: watchedBy(suspicions) };
  }

  const watchedBy =
    (suspicions: RoundSuspicions) =>
    (id: string): number => {
      const observed = cells.get(id);
      if (observed === undefined) return 0;
      const start = suspicions.watchStart(observed.cell.limit_seconds ?? 0);
      return clock.monotonic() - Math.max(observed.watchedSince, start);
    };

  return {
    scanCell: (root, id, settings) => view.read(root, id, settings),
    interrupt: () => void (isInterrupted = true),
    scan(settings) {
      const root = openRoot(settings.root);
      try {
        return scanRoot(root, settings);
      } finally {
        root.close();
      }
    },
  };
}
