/**
 * What a deep test needs of its host.
 *
 * @module
 */
import { existsSync } from "node:fs";

/** Root's rights, Linux's loop devices, or a program on the path. */
type Need = "root" | "loop devices" | (string & {});

/** Why a test must be skipped, as the end of its name; empty where nothing is missing. */
export function lacking(...needs: Need[]): string {
  const missing = needs.filter((need) => !has(need));
  return missing.length === 0 ? "" : ` (skipped: needs ${missing.join(", ")})`;
}

function has(need: Need): boolean {
  if (need === "root") return process.geteuid?.() === 0;
  if (need === "loop devices") return existsSync("/dev/loop-control");
  return Bun.which(need, { PATH: withServers(process.env["PATH"] ?? "") }) !== null;
}

/** Adds the directories of servers, which an ordinary user's PATH lacks; a PATH without /bin lacks them on purpose. */
function withServers(path: string): string {
  return path.split(":").some((place) => /^(?:\/usr)?\/bin$/.test(place))
    ? `${path}:/usr/sbin:/sbin`
    : path;
}
