/**
 * A report as the endpoint shows it. It never changes, so that an answer in parts is of one report.
 *
 * Runs in Bun and in Node.
 *
 * @module
 */
import type { Report } from "../contract/report.ts";
import { PartedText, type SharedContent, sharedContent } from "./parted-text.ts";
import { jsonParts, positionsOf } from "./report-json.ts";
import { checkedReport } from "./checked-report.ts";
import type { PackedCells } from "../view/packed-cells.ts";
import type { Pause } from "../view/slices.ts";

export interface Snapshot {
  /** The report without its cells. */
  readonly report: Report;
  readonly cells: PackedCells;
  /** The report with at most one cell, which decides whether it is OK. */
  readonly checked: Report;
  /** The whole report as JSON, and as it is sent. */
  readonly text: PartedText;
  readonly body: SharedContent;
  readonly etag: string;
}

let snapshotCount = 0;
const instanceId = crypto.randomUUID();

export async function createSnapshot(
  report: Report,
  cells: PackedCells,
  pause?: Pause,
): Promise<Snapshot> {
  const checked = await checkedReport(report, cells, pause);
  const text = new PartedText(cells.size, () => reportLine(report, cells));
  let body: SharedContent | undefined;
  snapshotCount += 1;
  return {
    report,
    cells,
    checked,
    text,
    etag: `"${instanceId}-${snapshotCount}"`,
    get body() {
      // Made when somebody asks for it.
      return (body ??= sharedContent(text));
    },
  };
}

function* reportLine(report: Report, cells: PackedCells): Generator<string> {
  yield* jsonParts(report, cells, positionsOf(cells));
  yield "\n";
}
