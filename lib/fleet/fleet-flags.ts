/**
 * Reading the flags and words of `scan --fleet`.
 *
 * @module
 */
import { isAbsolute, resolve } from "node:path";
import * as v from "valibot";
import { quoted } from "../base/printable.ts";
import { type Flags, listFlag, textFlag } from "../cli/flag-values.ts";
import { readFlag } from "../cli/flags.ts";
import { cannotUse } from "../cli/usage-error.ts";
import { FleetHostName, FleetSource } from "../contract/fleet-settings.ts";
import { Status } from "../contract/report.ts";

/** The flags of scan that are about the cells of one host, or lay out its table: a fleet has its own. */
const LOCAL_FLAGS = [
  "root",
  "jobs",
  "explain",
  "write-heartbeat",
  "min-cells",
  "min-jobs",
  "report-version",
  "wide",
  "columns",
  "sort",
  "no-header",
  "quiet",
  "watch",
] as const;
/** Formats, each with the flags that it excludes. */
const FORMATS = {
  check: ["json", "ndjson", "prometheus", "status", "output"],
  prometheus: ["json", "ndjson", "status"],
  ndjson: ["json"],
  json: [],
} as const;

export type FleetFlag =
  (typeof LOCAL_FLAGS)[number] | keyof typeof FORMATS | "status" | "label" | "output";

/** A cell of a host that is not live has no status. */
const FleetStatus = v.picklist([...Status.options, "not_known"]);
export type FleetStatus = v.InferOutput<typeof FleetStatus>;

export interface FleetScanOptions {
  readonly format: keyof typeof FORMATS | "table";
  /** Undefined without `--status`. */
  readonly statuses: readonly FleetStatus[] | undefined;
  /** A cell must have all of them; empty for any. */
  readonly labels: readonly string[];
  readonly output: string | undefined;
  /** What names the missions to show; empty for all. */
  readonly missions: readonly string[];
  /** Hosts that were named on the command line; empty for those of the settings. */
  readonly sources: readonly FleetSource[];
}

/**
 * Reads the command line of `scan --fleet`.
 *
 * @throws {OperatorError} of kind `usage` when it contradicts itself.
 */
export function readFleetFlags(
  flags: Flags<FleetFlag>,
  words: readonly string[],
): FleetScanOptions {
  const has = (flag: FleetFlag) => flags[flag] !== undefined && flags[flag] !== false;
  const local = LOCAL_FLAGS.find(has);
  if (local !== undefined) throw cannotUse(`--${local} together with --fleet`, "give one of them");
  const format = (Object.keys(FORMATS) as (keyof typeof FORMATS)[]).find(has);
  const conflict = format === undefined ? undefined : FORMATS[format].find(has);
  if (conflict !== undefined)
    throw cannotUse(`--${conflict} together with --${format}`, "give one of them");
  const status = textFlag(flags, "status");
  return {
    format: format ?? (has("output") ? "json" : "table"),
    statuses: status?.split(",").map((each) => readFlag("status", FleetStatus, each)),
    labels: listFlag(flags, "label"),
    output: textFlag(flags, "output"),
    missions: readMissions(words, format),
    sources: readSources(words.filter(isPlace)),
  };
}

/** An address or a file; all else names a mission. */
const isPlace = (word: string): boolean => word.includes("/") || word.endsWith(".json");

function readMissions(words: readonly string[], format: string | undefined): string[] {
  const missions = words.filter((word) => !isPlace(word));
  if (missions.length === 0 || (format !== "check" && format !== "prometheus")) return missions;
  throw cannotUse(`a mission together with --${format}`, "give one of them");
}

function readSources(words: readonly string[]): FleetSource[] {
  const sources = words.map(readSource);
  const names = sources.map(({ name }) => name);
  const repeated = names.findIndex((name, at) => names.indexOf(name) !== at);
  if (repeated < 0) return sources;
  throw cannotUse(
    `${quoted(words[repeated] ?? "")}: another source is called ${quoted(names[repeated] ?? "")} too`,
    "give hosts names of your own in fleet_sources",
  );
}

/** `http://alpha:8471/v1/report` is the host alpha, `reports/beta.json` the host beta. */
function readSource(word: string): FleetSource {
  const isUrl = /^https?:\/\//.test(word);
  const name = isUrl ? (URL.parse(word)?.hostname ?? "") : fileName(word);
  const place = isUrl ? { url: word } : { file: isAbsolute(word) ? word : resolve(word) };
  const source = { name: name.toLowerCase(), ...place };
  if (v.is(FleetHostName, source.name) && v.is(FleetSource, source)) return source;
  throw cannotUse(
    `${quoted(word)} as a host of the fleet`,
    "give an http or https URL, or a file that is called like its host, such as alpha.json",
  );
}

const fileName = (path: string): string => (path.split("/").at(-1) ?? "").replace(/\.json$/, "");
