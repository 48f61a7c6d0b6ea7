/**
 * `scan --watch`: shows the cells again and again.
 *
 * @module
 */
import { printText } from "../host/stdio/stdio.ts";
import { openRoot } from "../host/files/directory.ts";
import { selectCells } from "../verdict/report-filter.ts";
import { hasStoreMarker, lastSuspicion } from "./last-word.ts";
import { scanRoot } from "./scan.ts";
import type { ScanCall } from "./scan-flags.ts";
import { reportText } from "./table-screen.ts";

const [HOME_AND_CLEAR, CLEAR_REST] = ["\u001b[H\u001b[2J", "\u001b[J"];

/**
 * Scans and prints the table every `seconds`, until the program is ended. On a terminal it replaces what
 * was there, and shows what fits.
 *
 * @throws {OperatorError} when a scan fails.
 */
export async function watchCells(call: ScanCall, seconds: number): Promise<never> {
  const isTerminal = process.stdout.isTTY;
  for (;;) {
    const text = await scanText(call);
    printText(isTerminal ? `${HOME_AND_CLEAR}${firstLines(text)}${CLEAR_REST}` : `${text}\n`);
    await Bun.sleep(1000 * seconds);
  }
}

/** The root is opened anew for each scan, because it may have been replaced. */
async function scanText({ settings, ids, options, readRevival }: ScanCall): Promise<string> {
  const [now, root] = [new Date(), openRoot(settings.root)];
  try {
    const revival = hasStoreMarker(settings) ? await readRevival(settings, now) : undefined;
    const last = lastSuspicion(settings, now);
    const report = scanRoot({ root, ids, limits: settings, now, revival, lastSuspicion: last });
    return reportText(selectCells(report, options), options.table);
  } finally {
    root.close();
  }
}

/** The lines that fit on the terminal, below the time. */
function firstLines(text: string): string {
  const lines = [new Date().toISOString(), "", ...text.trimEnd().split("\n")];
  const room = (process.stdout.rows || lines.length + 1) - 1;
  if (lines.length <= room) return `${lines.join("\n")}\n`;
  const hidden = lines.length - room + 1;
  return `${[...lines.slice(0, room - 1), `… ${hidden} more lines`].join("\n")}\n`;
}
