/**
 * Acknowledging a failure or a lost clone, so that scans no longer report it.
 *
 * @module
 */
import { defined } from "../../base/defined.ts";
import { withoutPasswords } from "../../base/printable.ts";
import { CELL_FILES } from "../../contract/cell.ts";
import { type CellFacts, valueOf } from "../../contract/facts.ts";
import type { Root } from "../../host/files/directory.ts";
import { systemFailure } from "../../host/errno.ts";
import { appendLine, logLine } from "../log.ts";
import { observeCell } from "../observe.ts";
import { rewriteKeys } from "./rewrite-keys.ts";
import { STATUS_LOCK_ATTEMPTS, withLockedLog } from "./status-lock.ts";

/**
 * Acknowledges that a mission failed, and that the clone in its worktree is lost: cell.json then
 * names no repository. Logs each. Returns what was acknowledged; empty if a scan reports neither.
 *
 * @throws {OperatorError} when another process holds the lock, or a file cannot be read or written.
 */
export function acknowledge(
  root: Root,
  { id }: CellFacts,
  { reason, now }: { readonly reason: string | undefined; readonly now: Date },
): string[] {
  try {
    return withLockedLog(root, observeCell(root, id), STATUS_LOCK_ATTEMPTS, (cell, log) => {
      // Observed again under the lock.
      const pending = unacknowledged(observeCell(root, id), now);
      for (const { what, path, changed, ...details } of pending) {
        const event = { program: "mission", event: "acknowledged", what, ...details };
        // Logged first: if we are killed in between, it is logged twice, but never left unlogged.
        appendLine(log, logLine({ ...event, ...defined({ reason }) }, now));
        rewriteKeys(cell, path, changed);
      }
      return pending.map(({ what }) => what);
    });
  } catch (error) {
    throw systemFailure(error, `Cannot change mission ${id}`, "io_error");
  }
}

/** What a scan reports until it is acknowledged, and the keys to change for that. */
function unacknowledged({ mission, lostClone }: CellFacts, now: Date) {
  const { status, acknowledged_at } = valueOf(mission) ?? {};
  const failed = { what: "failed", path: CELL_FILES.mission } as const;
  const lost = { what: "clone-lost", path: CELL_FILES.config } as const;
  return [
    ...(status === "failed" && acknowledged_at === undefined
      ? [{ ...failed, changed: { acknowledged_at: now.toISOString() } }]
      : []),
    ...(lostClone === undefined
      ? []
      : [
          {
            ...lost,
            changed: { cloned_from: undefined },
            cloned_from: withoutPasswords(lostClone),
          },
        ]),
  ];
}
