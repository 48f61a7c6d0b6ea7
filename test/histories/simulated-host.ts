/**
 * Puts a simulated host in the place of the real one, for the modules that ask the kernel: who
 * runs, which boot it is, how full the disk is, and what a policy's command does. All rules above
 * them are the real ones.
 *
 * @module
 */
import { join } from "node:path";
import { mock } from "bun:test";
import type {
  BackgroundOptions,
  BackgroundResult,
} from "../../lib/host/programs/background-process.ts";
import type { ProcessIdentity } from "../../lib/contract/process-identity.ts";
import { FIRST_PID, HOST, type World } from "./world.ts";

const LIB = join(import.meta.dir, "../../lib");
const MODULES = {
  host: `${LIB}/host/host.ts`,
  process: `${LIB}/host/process.ts`,
  fileSystem: `${LIB}/host/files/file-system.ts`,
  program: `${LIB}/host/programs/background-process.ts`,
  stderr: `${LIB}/host/stdio/async-stderr.ts`,
} as const;

const real = {
  host: { ...(await import("../../lib/host/host.ts")) },
  process: { ...(await import("../../lib/host/process.ts")) },
  fileSystem: { ...(await import("../../lib/host/files/file-system.ts")) },
  program: { ...(await import("../../lib/host/programs/background-process.ts")) },
  stderr: { ...(await import("../../lib/host/stdio/async-stderr.ts")) },
};

export interface SimulatedHost {
  readonly world: World;
  /** The daemon's own process. */
  readonly daemon: () => ProcessIdentity;
  readonly run: (argv: readonly string[], options: BackgroundOptions) => Promise<BackgroundResult>;
  readonly onStderr: (text: string) => void;
}

/** Simulates until `restoreHost`; `here` gives the host as it is at each question. */
export function simulateHost(here: () => SimulatedHost): void {
  void mock.module(MODULES.process, () => ({
    ...real.process,
    processExists: (pid: number) =>
      pid < FIRST_PID ? real.process.processExists(pid) : here().world.processes.has(pid),
    processFacts: (pid: number | "self") =>
      pid === "self" || pid < FIRST_PID
        ? real.process.processFacts(pid)
        : here().world.factsOf(pid),
  }));
  void mock.module(MODULES.host, () => ({
    ...real.host,
    hostName: () => HOST,
    bootId: () => here().world.bootId(),
    uptimeSeconds: () => here().world.uptime(),
    thisProcess: () => here().daemon(),
  }));
  void mock.module(MODULES.fileSystem, () => ({ fileSystemOf: () => here().world.fileSystem }));
  void mock.module(MODULES.program, () => ({
    ...real.program,
    runInBackground: (argv: readonly string[], options: BackgroundOptions) =>
      here().run(argv, options),
  }));
  void mock.module(MODULES.stderr, () => ({
    ...real.stderr,
    queueStderr: (text: string) => here().onStderr(text),
  }));
}

/** Puts the real host back, for tests in the same process. */
export function restoreHost(): void {
  void mock.module(MODULES.host, () => real.host);
  void mock.module(MODULES.process, () => real.process);
  void mock.module(MODULES.fileSystem, () => real.fileSystem);
  void mock.module(MODULES.program, () => real.program);
  void mock.module(MODULES.stderr, () => real.stderr);
}
