/**
 * `memory.json`: what is remembered of each cell, and of suspicions, across restarts.
 *
 * @module
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as v from "valibot";
import { parseContract } from "../../contract/parse.ts";
import { quoted } from "../../base/printable.ts";
import { Count } from "../../base/number.ts";
import { Timestamp } from "../../base/time.ts";
import { describeFlaw } from "../../verdict/problems.ts";
import { Event, Message } from "../../contract/event.ts";
import { Attention, Status, SuspicionCause } from "../../contract/report.ts";
import { describeErrno, errnoOf } from "../../host/errno.ts";
import { printError } from "../../host/stdio/stdio.ts";
import type { StorePaths } from "../../host/files/state-dir.ts";
import { writeState } from "../store/store.ts";
import { createSharing } from "./sharing.ts";
import { findingAttention } from "./rules/event-attention.ts";
import { type Finding, FINDING_CODES } from "./rules/finding.ts";
import type { SuspicionNotifications } from "./rules/suspicion-notifications.ts";
import type { RememberedCell } from "./rules/cell-notifications.ts";

/** Files of earlier releases have no codes. */
const Code = v.optional(v.nullable(v.picklist(FINDING_CODES)));

/** An event that waits for the next round, and the file without which it does not count. */
const QueuedEvent = v.object({ event: Event, record: v.optional(v.string()) });
export type QueuedEvent = v.InferOutput<typeof QueuedEvent>;

const MemoryFile = v.object({
  schema_version: v.literal(1),
  /** The number of the last round that changed anything: earlier releases called a round a look. */
  look: v.number(),
  cells: v.record(
    v.string(),
    v.object({
      status: v.nullable(Status),
      code: Code,
      seen: v.nullable(Status),
      seen_code: Code,
      turnedAt: v.number(),
      heat: v.number(),
      isFlapping: v.boolean(),
      since: v.nullable(Timestamp),
      told: v.optional(
        v.object({
          status: v.nullable(Status),
          code: Code,
          at: Timestamp,
          /** Absent in files of earlier releases. */
          attention: v.optional(Attention),
        }),
      ),
    }),
  ),
  suspicions: v.optional(
    v.record(
      SuspicionCause,
      v.object({
        contrary: Count,
        since: v.nullable(Timestamp),
        remindedAt: v.nullable(Timestamp),
      }),
    ),
  ),
  /** The messages of the last round that may not be in the outbox. */
  unsent: v.fallback(v.optional(v.array(Message), []), []),
  /** Events that no round has dispatched yet. */
  queued: v.fallback(v.optional(v.array(QueuedEvent), []), []),
});
type StoredCell = v.InferOutput<typeof MemoryFile>["cells"][string];

export interface Memory {
  readonly round: number;
  readonly cells: ReadonlyMap<string, RememberedCell>;
  readonly suspicions: SuspicionNotifications;
  readonly unsent: readonly Message[];
  readonly queued: readonly QueuedEvent[];
}

const pathOf = ({ storeDir }: StorePaths): string => join(storeDir, "memory.json");

/** Reads the memory of a root as of `at`; a damaged one is reported, and replaced by an empty one. */
export function readMemory(state: StorePaths, at: string): Memory {
  const path = pathOf(state);
  try {
    const memory = parseContract(readFileSync(path, "utf8"), MemoryFile);
    if (memory.outcome !== "read") throw new Error(`it ${describeFlaw(memory)}`);
    const { cells, look: round, suspicions = {}, unsent, queued } = memory.value;
    const share = createSharing();
    const remembered = new Map<string, RememberedCell>();
    for (const [id, cell] of Object.entries(cells)) remembered.set(id, share(fromFile(cell, at)));
    return { cells: remembered, round, suspicions, unsent, queued };
  } catch (error) {
    if (errnoOf(error) !== "ENOENT")
      printError(
        `supervise: cannot read ${quoted(path)}: ${describeErrno(error)}; the earlier statuses of the cells are unknown\n`,
      );
    return { cells: new Map(), round: 0, suspicions: {}, unsent: [], queued: [] };
  }
}

/**
 * Replaces memory.json.
 *
 * @throws {OperatorError} when it cannot be written.
 */
export function writeMemory(state: StorePaths, memory: Memory): void {
  const { round, cells, suspicions, unsent, queued } = memory;
  const stored = [...cells].map(([id, cell]) => [id, toFile(cell)] as const);
  const file = {
    schema_version: 1,
    look: round,
    cells: Object.fromEntries(stored),
    suspicions,
    ...(unsent.length === 0 ? {} : { unsent }),
    ...(queued.length === 0 ? {} : { queued }),
  };
  writeState(pathOf(state), `${JSON.stringify(file)}\n`);
}

/** `told` is the last notification. Earlier releases sent one for each confirmed status at once. */
function fromFile(stored: StoredCell, now: string): RememberedCell {
  const { status, code, seen, seen_code, told, ...rest } = stored;
  const confirmed: Finding = { status, code };
  const notified = told === undefined ? confirmed : { status: told.status, code: told.code };
  return {
    ...rest,
    confirmed,
    seen: { status: seen, code: seen_code },
    notified,
    notifiedAt: told?.at ?? now,
    notifiedAttention: told?.attention ?? findingAttention(notified),
  };
}

const toFile = ({
  confirmed: { status, code },
  seen,
  notified,
  notifiedAt,
  notifiedAttention,
  ...rest
}: RememberedCell): StoredCell => ({
  ...rest,
  status,
  code,
  seen: seen.status,
  seen_code: seen.code,
  told: {
    status: notified.status,
    code: notified.code,
    at: notifiedAt,
    attention: notifiedAttention,
  },
});
