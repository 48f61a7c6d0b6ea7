/**
 * Which processes belong to a command.
 *
 * @module
 */

/** Where a process stands among others: the numbers of its parent, process group and session. */
export interface ProcessPlace {
  readonly parent: number;
  readonly group: number;
  readonly session: number;
  /** When it started, in clock ticks after boot. */
  readonly start: number;
}

/** The processes by pid. */
type Places = ReadonlyMap<number, ProcessPlace>;

/** What is known about a command. */
export interface TreeSeed {
  /** Its pid, and when it started; undefined if unknown. */
  readonly top: number;
  readonly start: number | undefined;
  /** The pid of the process that started it. */
  readonly runner: number;
  /** Processes that belonged to it before, with the time of their start. */
  readonly known: ReadonlyMap<number, number>;
}

/**
 * The pids of a command's processes: itself, what belonged to it before, the group or session that
 * it leads, orphans in its runner's group, and the descendants of them all, in whatever session.
 */
export function treeMembers(all: Places, seed: TreeSeed): Set<number> {
  const { top, start, runner, known } = seed;
  const isKnown = (pid: number, each: ProcessPlace) =>
    (pid === top && each.start === start) || known.get(pid) === each.start;
  const roots = [...all].filter(
    ([pid, each]) => isKnown(pid, each) || each.group === top || each.session === top,
  );
  const members = new Set([...roots.map(([pid]) => pid), ...orphansInGroup(all, seed)]);
  const children = Map.groupBy(all, ([, { parent }]) => parent);
  // The set grows while it is walked, until no member has another child.
  for (const pid of members) for (const [child] of children.get(pid) ?? []) members.add(child);
  members.delete(runner);
  return members;
}

/**
 * Orphans in the group of a command that has no group of its own. They are the command's if the
 * group was made for its runner, as a shell does for each job, and holds no other part of a pipeline.
 */
function orphansInGroup(all: Places, { runner, start = Infinity }: TreeSeed): number[] {
  const own = all.get(runner);
  if (own === undefined) return [];
  const others = [...all].filter(([pid, { group }]) => group === runner && pid !== runner);
  if (others.some(([, { parent }]) => parent === own.parent)) return [];
  return others
    .filter(([, each]) => all.get(each.parent)?.group !== runner && each.start >= start)
    .map(([pid]) => pid);
}
