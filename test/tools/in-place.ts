/**
 * A machine with everything put in place as lib/docs/operations.md says.
 *
 * @module
 */
import type { Machine } from "./machine.ts";
import { documentBlock } from "./documents.ts";

/** An agent as an operator would write one. */
const AGENT = `#!/bin/sh
while heartbeat --state working >/dev/null; do sleep 0.5; done
`;

/** The paths of the configuration and of the report there. */
export const CONFIG = "/etc/lazarus-pit/lazarus_pit.json";
export const REPORT = "/var/lib/lazarus-pit/report.json";

/** Runs the commands of that document, and adds an agent. Starts nothing. */
export async function putInPlace(machine: Machine): Promise<void> {
  const agent = "/usr/local/lib/lazarus-pit/agent";
  await machine.must(documentBlock("sh", "systemd-sysusers"));
  await putFile(machine, agent, AGENT);
  await machine.must(`chmod 755 ${agent}`);
}

/** Writes text to a file, and creates the directories of its path. */
export const putFile = (machine: Machine, path: string, text: string): Promise<string> =>
  machine.must(`mkdir -p "$(dirname ${path})" && cat >${path} <<'END'\n${text}\nEND`);

/** Gives a unit more settings. */
export async function dropIn(machine: Machine, unit: string, ...lines: string[]): Promise<void> {
  await putFile(machine, `/run/systemd/system/${unit}.d/test.conf`, lines.join("\n"));
  await machine.must("systemctl daemon-reload");
}

/** Takes these settings away again. */
export const takeBack = (machine: Machine, unit: string): Promise<string> =>
  machine.must(`rm -r /run/systemd/system/${unit}.d && systemctl daemon-reload`);

/** The unit of a cell's agent. */
export const agentOf = (id: string): string => `mission-cell@${id}.service`;

/** The main process of a unit; "0" without one. */
export const pidOf = (machine: Machine, unit: string): Promise<string> =>
  machine.must(`systemctl show --property=MainPID --value ${unit}`);
