/**
 * What a program costs: CPU time, user and system, all threads, as the kernel counts it.
 *
 * Other work on the machine slows a program down but does not make it do more, so the
 * programs to compare are run in turn, and the cheapest run of each counts.
 *
 * @module
 */

/** The least CPU of `runs` runs of each program, in milliseconds and in the order given. */
export async function leastCpu(programs: readonly string[][], runs: number): Promise<number[]> {
  const least = programs.map(() => Number.POSITIVE_INFINITY);
  for (let run = 0; run < runs; run++)
    for (const [at, argv] of programs.entries())
      least[at] = Math.min(least[at] ?? 0, await cpuOf(argv));
  return least;
}

async function cpuOf(argv: readonly string[]): Promise<number> {
  const child = Bun.spawn([...argv], { stdin: "ignore", stdout: "ignore", stderr: "pipe" });
  const [said, code] = await Promise.all([child.stderr.text(), child.exited]);
  if (code !== 0) throw new Error(`${argv.join(" ")} ended with ${code}: ${said}`);
  return Number(child.resourceUsage()?.cpuTime.total ?? Number.NaN) / 1000;
}

/** The middle one of some figures: where programs run side by side, the best one is luck. */
export const medianOf = (figures: readonly number[]): number =>
  figures.toSorted((one, other) => one - other)[Math.floor(figures.length / 2)] ?? Number.NaN;

/** Says a figure in the bench's output. */
export const ratioText = (what: string, ours: number, theirs: number): string =>
  `${what}: ${ours.toFixed(1)} ms of CPU against ${theirs.toFixed(1)}, ratio ${(ours / theirs).toFixed(2)}`;
