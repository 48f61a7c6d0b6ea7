/**
 * `scan --fleet`: one look at the fleet, in the requested format.
 *
 * @module
 */
import { version } from "../../package.json";
import { EXIT, OperatorError } from "../base/errors.ts";
import { printable, printableJson } from "../base/printable.ts";
import { hasColor } from "../cli/color.ts";
import type { FleetCell, FleetReport } from "../contract/fleet-report.ts";
import type { Settings } from "../contract/settings.ts";
import { hostClock } from "../host/clock.ts";
import { writeOutput } from "../host/files/output-file.ts";
import { createSignalForwarder } from "../host/programs/signal-forwarding.ts";
import { printText } from "../host/stdio/stdio.ts";
import { CHECK_EXIT } from "../scan/rules/nagios.ts";
import { type FleetFlag, type FleetScanOptions, readFleetFlags } from "./fleet-flags.ts";
import { unseenHosts } from "./named-mission.ts";
import { createFleetReporter, type FleetLook } from "./fleet-reporter.ts";
import { fleetTable } from "./fleet-table.ts";
import { NO_CELLS } from "./rules/cell-lists.ts";
import { checkFleet, fleetCheckLine } from "./rules/fleet-check.ts";
import { hasAnswers } from "./rules/fleet-summary.ts";
import { fleetMetrics } from "./rules/fleet-metrics.ts";
import { openFleetView } from "./open-view.ts";
import { namedMissions, shownCells } from "./shown-cells.ts";
import type { Flags } from "../cli/flag-values.ts";

/** In characters. */
const WRITTEN_AT_ONCE = 64 * 1024;

/**
 * Looks at the fleet once and shows it; returns the exit code.
 *
 * @throws {OperatorError} when the flags contradict each other, no fleet is configured, no host
 *   answered, a named mission is on none of them, or the output is not written completely.
 */
export async function showFleet(
  settings: Settings,
  flags: Flags<FleetFlag>,
  words: readonly string[],
): Promise<number> {
  const options = readFleetFlags(flags, words);
  const look = await lookOnce(settings, options);
  const { report } = look;
  // Without answers, nothing is known of the missions that are named.
  if (options.missions.length > 0 && options.format !== "check") checkAnswers(report);
  const missions = namedMissions(look, options.missions);
  const all = shownCells(look, options, missions);
  const cells = missions.length === 0 ? all : [...all];
  show(report, cells, options);
  if (options.format === "check") return CHECK_EXIT[checkFleet(report)];
  checkAnswers(report);
  if (Array.isArray(cells) && cells.length === 0) throw noSuchMission(report, missions);
  return EXIT.ok;
}

/** A signal ends the look and kills its commands. */
async function lookOnce(settings: Settings, options: FleetScanOptions): Promise<FleetLook> {
  const stop = new AbortController();
  const clock = hostClock();
  const once = { clock, stop: stop.signal, lostAfter: 1 };
  const view = await openFleetView(settings, options.sources, once);
  const forwarder = createSignalForwarder();
  forwarder.forward = () => stop.abort();
  const look = await createFleetReporter(view, clock, NO_CELLS)();
  forwarder.close();
  if (forwarder.last !== undefined)
    throw new OperatorError(
      "try_again",
      `Cannot look at the fleet: interrupted by ${forwarder.last}`,
      "run it again",
    );
  if (view.failure !== undefined) throw view.failure;
  return look;
}

function show(report: FleetReport, cells: Iterable<FleetCell>, options: FleetScanOptions): void {
  const pieces = render(report, cells, options);
  if (options.output !== undefined) writeOutput(options.output, pieces);
  else for (const text of gathered(pieces)) printText(text);
}

/** A system call for each cell would take longer than the rest. */
function* gathered(pieces: Iterable<string>): Generator<string> {
  let text = "";
  for (const piece of pieces) {
    text += piece;
    if (text.length < WRITTEN_AT_ONCE) continue;
    yield text;
    text = "";
  }
  yield text;
}

function render(
  report: FleetReport,
  cells: Iterable<FleetCell>,
  { format }: FleetScanOptions,
): Iterable<string> {
  if (format === "check") return [`${printable(fleetCheckLine(report))}\n`];
  if (format === "prometheus") return [fleetMetrics(report, { version })];
  if (format === "ndjson") return lines(cells, "\n");
  return format === "json"
    ? jsonPieces(report, cells)
    : [fleetTable(report, [...cells], hasColor())];
}

/** The report as JSON with a line for each cell, never in memory as a whole. */
function* jsonPieces(report: FleetReport, cells: Iterable<FleetCell>): Generator<string> {
  const frame = printableJson({ ...report, cells: [] }, 2);
  yield frame.slice(0, frame.lastIndexOf("[]"));
  yield "[";
  let isFirst = true;
  for (const cell of cells) {
    yield `${isFirst ? "" : ","}\n    ${printableJson(cell)}`;
    isFirst = false;
  }
  yield `${isFirst ? "" : "\n  "}]\n}\n`;
}

function* lines(cells: Iterable<FleetCell>, end: string): Generator<string> {
  for (const cell of cells) yield `${printableJson(cell)}${end}`;
}

function checkAnswers({ hosts, summary, kind }: FleetReport): void {
  if (hasAnswers(summary)) return;
  const [first] = hosts;
  if (first === undefined) throw noHosts(kind);
  const why = `${first.name}: ${first.why ?? first.state}`;
  throw new OperatorError(
    "unavailable",
    `No host of the fleet answered; ${why}`,
    kind === "etcd"
      ? "start supervise --fleet on the hosts; what each of them met is in its journal"
      : "check the network of this host, and fleet_sources with: lazarus-pit config",
  );
}

const noHosts = (kind: FleetReport["kind"]): OperatorError =>
  kind === "etcd"
    ? new OperatorError(
        "unavailable",
        "The fleet has no hosts: none has published to this etcd under this prefix",
        "start supervise --fleet on the hosts, with the prefix of fleet_etcd that is set here",
      )
    : new OperatorError(
        "unavailable",
        "The fleet has no hosts: fleet_sources is empty",
        "name its hosts there, or in the call: scan --fleet http://alpha:8471/v1/report beta.json",
      );

const noSuchMission = (report: FleetReport, ids: readonly string[]): OperatorError =>
  new OperatorError(
    "no_input",
    `No host of the fleet has the mission ${ids.join(" or ")}${unseenHosts(report)}`,
    "list all missions with: scan --fleet --ndjson",
  );
