/**
 * `lazarus-pit fleet hosts`: the hosts of the fleet, one line each.
 *
 * @module
 */
import { printable, printableJson } from "../../base/printable.ts";
import { alignColumns } from "../../cli/columns.ts";
import type { FleetHost, FleetReport } from "../../contract/fleet-report.ts";

const HEADER = ["NAME", "STATE", "LAST REPORT", "CELLS", "STALE", "ROOT", "VERSION", "WHY"];

/** The table, or the list as JSON. */
export const hostList = ({ hosts }: FleetReport, isJson: boolean): string =>
  isJson
    ? `${printableJson(hosts, 2)}\n`
    : `${alignColumns([HEADER, ...hosts.map(columnsOf)]).join("\n")}\n`;

const columnsOf = (host: FleetHost): string[] =>
  [
    host.name,
    host.held === true ? `${host.state}, held` : host.state,
    host.generated_at ?? "-",
    String(host.summary?.total ?? "-"),
    String(host.summary?.stale ?? "-"),
    host.root ?? "-",
    host.version ?? "-",
    host.why ?? "",
  ].map(printable);
