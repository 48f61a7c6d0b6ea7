/**
 * What a program costs: CPU time, user and system, all threads, as the kernel counts it.
 *
 * Other work on the machine slows a program down but does not make it do more, so the
 * programs to compare are run in turn, and the cheapest run of each counts.
 *
 * @module
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { $ } from "bun";

/** Compiles a program that says hello in `folder`, and gives its path: the yardstick of a start. */
export async function buildHello(folder: string): Promise<string> {
  const hello = join(folder, "hello");
  writeFileSync(`${hello}.ts`, 'console.log("hello");\n');
  await $`${process.execPath} build --compile --outfile ${hello} ${hello}.ts`.quiet();
  return hello;
}

/** The least CPU of `runs` runs of each program, in milliseconds and in the order given. */
export const leastCpu = async (programs: readonly string[][], runs: number): Promise<number[]> =>
  (await costsOf(programs, runs)).map(({ cpu }) => leastOf(cpu));

/** What each run of a program took, in milliseconds. */
export interface Costs {
  readonly cpu: number[];
  readonly wall: number[];
}

/** Runs each program `runs` times, in turn, into a pipe. */
export async function costsOf(programs: readonly string[][], runs: number): Promise<Costs[]> {
  const costs = programs.map((): Costs => ({ cpu: [], wall: [] }));
  for (let run = 0; run < runs; run++)
    for (const [at, argv] of programs.entries()) await addCosts(argv, costs[at] as Costs);
  return costs;
}

async function addCosts(argv: readonly string[], { cpu, wall }: Costs): Promise<void> {
  const before = performance.now();
  const child = Bun.spawn([...argv], { stdin: "ignore", stdout: "pipe", stderr: "pipe" });
  const ended = [child.stderr.text(), child.exited, drain(child.stdout)] as const;
  const [said, code] = await Promise.all(ended);
  wall.push(performance.now() - before);
  if (code !== 0) throw new Error(`${argv.join(" ")} ended with ${code}: ${said}`);
  cpu.push(Number(child.resourceUsage()?.cpuTime.total ?? Number.NaN) / 1000);
}

async function drain(output: ReadableStream<Uint8Array>): Promise<void> {
  for await (const _ of output);
}

export const leastOf = (figures: readonly number[]): number => Math.min(...figures);

/** The middle one of some figures: where programs run side by side, the best one is luck. */
export const medianOf = (figures: readonly number[]): number =>
  figures.toSorted((one, other) => one - other)[Math.floor(figures.length / 2)] ?? Number.NaN;

/** Says a figure in the bench's output. */
export const ratioText = (what: string, ours: number, theirs: number): string =>
  `${what}: ${ours.toFixed(1)} ms of CPU against ${theirs.toFixed(1)}, ratio ${(ours / theirs).toFixed(2)}`;
