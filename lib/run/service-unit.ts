/**
 * What systemd set for the service that this process belongs to. The process itself no longer shows
 * it: Bun ignores SIGPIPE and raises the soft limit on open files before it runs any code.
 *
 * @module
 */
import { readProcFile } from "../host/process.ts";

/** A process limit on open files. */
export interface OpenFilesLimit {
  readonly soft: number;
  readonly hard: number;
}

/** The settings of a unit that its processes inherit. */
export interface UnitSettings {
  readonly ignoresSigpipe: boolean;
  readonly openFiles: OpenFilesLimit;
}

/** A manager that is busy or out of reach must not delay the command for longer. */
const ANSWER_LIMIT_MS = 1000;
const INFINITE = "18446744073709551615";

/** True if systemd started this process itself: the system's manager, or a user's. */
export const isStartedBySystemd = (): boolean =>
  readProcFile(process.ppid, "comm")?.trim() === "systemd";

/** Asks systemd for the settings of this process's unit; undefined if it does not answer. */
export function readUnitSettings(): UnitSettings | undefined {
  const unit = serviceIn(readProcFile("self", "cgroup") ?? "");
  // A process in a scope of a user's manager belongs to no service.
  if (unit === undefined || /^user@\d+\.service$/.test(unit)) return undefined;
  const manager = process.ppid === 1 ? "--system" : "--user";
  const properties = "--property=IgnoreSIGPIPE,LimitNOFILE,LimitNOFILESoft";
  const options = {
    stdin: "ignore",
    stdout: "pipe",
    stderr: "ignore",
    timeout: ANSWER_LIMIT_MS,
  } as const;
  try {
    const argv = ["systemctl", manager, "show", properties, "--", unit];
    return parseProperties(Bun.spawnSync(argv, options).stdout.toString());
  } catch {
    return undefined;
  }
}

/** The innermost service in the lines of `/proc/<pid>/cgroup`. */
const serviceIn = (cgroups: string): string | undefined =>
  /^(?:\d+:name=systemd|0:):.*\/([^/\n]+\.service)(?:\/|$)/m.exec(cgroups)?.[1];

function parseProperties(text: string): UnitSettings | undefined {
  const values = new Map(text.split("\n").map((line) => [line.split("=")[0], line.split("=")[1]]));
  const [pipe, hard, soft] = ["IgnoreSIGPIPE", "LimitNOFILE", "LimitNOFILESoft"].map((name) =>
    values.get(name),
  );
  if (pipe === undefined || hard === undefined || soft === undefined) return undefined;
  return {
    ignoresSigpipe: pipe === "yes",
    openFiles: { soft: limitOf(soft), hard: limitOf(hard) },
  };
}

const limitOf = (text: string): number =>
  text === "infinity" || text === INFINITE ? Number.POSITIVE_INFINITY : Number(text);
