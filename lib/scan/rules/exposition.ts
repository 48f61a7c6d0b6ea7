/**
 * The Prometheus text exposition format, version 0.0.4.
 *
 * @module
 */
import { parseTimestamp } from "../../base/time.ts";

/** One sample of a metric family. */
export type Sample = readonly [labels: Readonly<Record<string, string>>, value: number];

/** A family of gauges; empty if it has no samples. */
export const gauge = (name: string, help: string, samples: readonly Sample[]): string =>
  family(name, "gauge", help, samples);

/** A metric family; empty if it has no samples. */
export function family(
  name: string,
  type: "gauge" | "counter",
  help: string,
  samples: readonly Sample[],
): string {
  const lines = samples.map(([labels, value]) => `${name}${labelText(labels)} ${value}\n`);
  return samples.length === 0 ? "" : `${familyHead(name, type, help)}${lines.join("")}`;
}

/** The lines before the samples of a family. */
export const familyHead = (name: string, type: "gauge" | "counter", help: string): string =>
  `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n`;

/** Labels in braces; empty without any. */
export function labelText(labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escapedLabel(value)}"`);
  return pairs.length === 0 ? "" : `{${pairs.join(",")}}`;
}

/** The value of a label. */
export const escapedLabel = (value: string): string =>
  /[\\"\n]/.test(value)
    ? value.replace(/[\\"\n]/g, (character) => (character === "\n" ? "\\n" : `\\${character}`))
    : value;

/** Unix time of an RFC 3339 timestamp. */
export const unixSeconds = (timestamp: string): number =>
  (parseTimestamp(timestamp) ?? Number.NaN) / 1000;

/** The program that an exposition is from, and where people reach its page. */
export interface ExpositionOrigin {
  readonly version: string;
  readonly publicUrl?: string | undefined;
}

export const originMetrics = ({ version, publicUrl }: ExpositionOrigin): string[] => [
  gauge(
    "lazarus_pit_page_info",
    "Always 1; where people reach the health page.",
    publicUrl === undefined ? [] : [[{ url: publicUrl }, 1]],
  ),
  gauge("lazarus_pit_build_info", "The version of the Lazarus Pit.", [[{ version }, 1]]),
];
