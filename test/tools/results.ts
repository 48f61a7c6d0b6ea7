/**
 * The table of costs that `npm run bench` writes.
 *
 * @module
 */
import { arch, cpus, release } from "node:os";
import { type Costs, leastOf, medianOf } from "./cost.ts";

/** True for `npm run bench -- --quick`. */
export const QUICK = process.env["LAZARUS_PIT_TEST_QUICK"] === "1";

/** What a program took for a root of `size` cells. */
export interface Measured extends Costs {
  readonly size: number;
  readonly program: string;
  /** Held at most, in megabytes. */
  readonly peak: number;
}

/** The costs as a table of Markdown, with the machine and the date. */
export function resultsText(measured: readonly Measured[]): string {
  const day = new Date().toISOString().slice(0, 10);
  const machine = `${cpus().length} × ${cpus()[0]?.model ?? "unknown"}, ${arch()}, Linux ${release()}`;
  return `Measured ${day} on ${machine}, Bun ${Bun.version}: the least and the median of ${measured[0]?.cpu.length ?? 0} runs, in turn.

| cells | program | CPU in ms | time in ms | memory in MB |
|---:|---|---:|---:|---:|
${measured.map(rowOf).join("\n")}
`;
}

const rowOf = ({ size, program, cpu, wall, peak }: Measured): string =>
  `| ${size.toLocaleString("en")} | ${program} | ${pairOf(cpu)} | ${pairOf(wall)} | ${peak.toFixed(0)} |`;

const pairOf = (figures: readonly number[]): string =>
  `${leastOf(figures).toFixed(0)} / ${medianOf(figures).toFixed(0)}`;
