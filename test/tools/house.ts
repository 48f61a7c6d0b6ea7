/**
 * The source tree as data: files, their rooms, and what they import. The layer tests and the
 * picture of lib/ read it from here.
 *
 * @module
 */
import { readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";

export const ROOT = join(import.meta.dir, "../..");

/** The rooms from the top down: an import points to a lower room, or stays in its own. */
export const ROOMS = {
  bin: "one script per command: flags in, one call, exit code",
  "lib/dev": "development: build, schemas, OpenAPI, dashboard",
  "lib/doctor": "lazarus-pit doctor: checks a host",
  "lib/doctor/rules": "what the checks of a host mean",
  "lib/completion": "completes command lines in bash, zsh and fish",
  "lib/manual": "manual pages from the commands, the settings and the documents",
  "lib/supervise/daemon": "rounds, signals, the service manager",
  "lib/supervise/cleanup": "removes the state of cells and roots that are long gone",
  "lib/supervise/cleanup/rules": "how long a cell has been gone",
  "lib/http/fleet": "the endpoint of a fleet",
  "lib/http/server": "the endpoint as a server, and its worker threads",
  "lib/supervise/commands": "hold, snooze, quarantine, release, history, plan",
  "lib/supervise/revive": "revives dead missions",
  "lib/supervise/revive/rules": "gates, backoff and policies of attempts",
  "lib/supervise/orders": "an operator's orders on disk",
  "lib/supervise/status": "detects changes and suspicions, and notifies",
  "lib/supervise/status/rules": "which changes count, what a suspicion covers, what to notify",
  "lib/supervise/notify": "keeps notifications until their receivers have taken them",
  "lib/supervise/notify/rules": "routes, and the message that a receiver gets",
  "lib/supervise/store": "the state directory of one root, and its lock",
  "lib/http/embed": "the handler for other servers, such as Node's",
  "lib/http": "the routes of the health endpoint",
  "lib/http/fleet-page": "the script of the fleet's page",
  "lib/http/fleet-page/rules": "what the fleet's page shows of hosts and cells",
  "lib/http/page": "the page's script, which runs in a browser",
  "lib/http/page/rules": "what the page shows, and in which order",
  "lib/http/fleet/rules": "what streams and queries of a fleet carry",
  "lib/http/rules": "the health document, queries, freshness of a scan",
  "lib/run": "heartbeat run: wraps a command",
  "lib/run/rules": "progress, other writers, recorded exits, ping URLs",
  "lib/agent-hook": "heartbeat hook: an agent CLI's events",
  "lib/agent-hook/rules": "the beat to write for an event",
  "lib/proposals/bridge": "passes, which create cells from accepted proposals",
  "lib/proposals/tracker": "the tracker's API",
  "lib/proposals/form": "parses proposals, and decides on their acceptance",
  "lib/jobs/commands": "list, pause, resume and retire cron jobs",
  "lib/view": "the verdicts of a root's cells, kept from one round to the next",
  "lib/fleet/commands": "the hosts of a fleet, and orders for them",
  "lib/fleet": "one view of many hosts",
  "lib/fleet/etcd": "a host's part in a fleet with etcd, and the view of it",
  "lib/fleet/sources": "asks the hosts of a fleet by address, command and file",
  "lib/fleet/rules": "host states, the merge, the check, metrics, keys, and where to revive",
  "lib/supervise/orders/rules": "the schemas of orders",
  "lib/scan": "one scan of a root: table, JSON, Prometheus, Nagios",
  "lib/scan/rules": "the Prometheus and Nagios formats",
  "lib/cell/create": "creates and repairs cells",
  "lib/cell/heartbeat": "writes heartbeats",
  "lib/cell/mission": "changes a mission's status",
  "lib/cell": "reads cells, and writes their log",
  "lib/cell/rules": "the next beat, seeds, transitions, pointers",
  "lib/jobs": "cron jobs: records and the dead man's switch",
  "lib/jobs/rules": "when a job is late, missing or lost",
  "lib/git": "clones repositories, within limits",
  "lib/git/rules": "which addresses may be cloned",
  "lib/cli": "shared by all commands: flags, help, settings, errors",
  "lib/host/locks": "flock(2), and the table of all locks",
  "lib/host/programs": "subprocesses, their output, signals, privileges",
  "lib/host/files": "directories, atomic files, state directories, bounded reads",
  "lib/host/stdio": "stdout and stderr that a slow reader cannot block",
  "lib/host/syscalls": "system calls through bun:ffi, and which of them read cells",
  "lib/host": "Linux: error numbers, processes, the host's identity",
  "lib/verdict": "facts to status, problems, report",
  "lib/contract": "what is on disk and on the wire, as valibot schemas",
  "lib/base": "time, durations, ids, numbers, text, errors",
} as const satisfies Record<string, string>;

export type Room = keyof typeof ROOMS;

/** Rooms without a clock, a process, a file or a console. */
export const isPure = (room: string): boolean =>
  ["lib/contract", "lib/verdict", "lib/base", "lib/proposals/form"].includes(room) ||
  room.endsWith("/rules");

/** Every TypeScript file of bin/ and lib/, as paths from the top level, sorted. */
export const FILES: readonly string[] = [...new Bun.Glob("{bin,lib}/**/*.ts").scanSync(ROOT)]
  .filter((file) => !file.endsWith(".d.ts"))
  .toSorted();

export const roomOf = (file: string): string => dirname(file);

export const source = (file: string): string => readFileSync(join(ROOT, file), "utf8");

/** A file without its comments. */
export const code = (file: string): string =>
  source(file).replace(/\/\*[^]*?\*\/|^\s*\/\/.*$/gm, "");

/** What a file imports: the project's files as paths from the top level, packages by name. */
export function importsOf(file: string): string[] {
  const names = [...code(file).matchAll(/\b(?:from|import)\s*\(?\s*"([^"]+)"/g)].map(
    ([, name = ""]) => name,
  );
  return names.map((name) =>
    name.startsWith(".") ? relative(ROOT, join(ROOT, dirname(file), name)) : name,
  );
}

/** The rooms whose files those of `room` import, in the order of the house. */
function roomsBelow(room: string): string[] {
  const imported = FILES.filter((file) => roomOf(file) === room)
    .flatMap(importsOf)
    .map(roomOf);
  return Object.keys(ROOMS).filter((each) => each !== room && imported.includes(each));
}

const shortName = (room: string): string => room.replace(/^lib\//, "");

/** The picture of the house, drawn from the imports: a Markdown table, a row a room. */
export function drawHouse(): string {
  const rows = Object.entries(ROOMS).map(([room, does]) => {
    const below = roomsBelow(room).map(shortName).join(", ");
    const cells = [`\`${shortName(room)}\``, does, isPure(room) ? "pure" : "", below];
    return `| ${cells.join(" | ")} |`.replaceAll("|  |", "| |");
  });
  return ["| room | what it does | | imports from |", "|---|---|---|---|", ...rows].join("\n");
}
