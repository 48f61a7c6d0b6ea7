/**
 * This host and this process, as the kernel tells of them.
 *
 * @module
 */
import { readFileSync } from "node:fs";
import type { Maker } from "../../rules/staging.ts";
import { exists } from "./process.ts";

/** The host's name, as heartbeats and reports carry it. */
export const hostName = (): string => kernelSays("hostname", "localhost");

/** The UUID that the kernel draws at each boot. */
export const bootId = (): string =>
  kernelSays("random/boot_id", "00000000-0000-0000-0000-000000000000");

/** Seconds since the host started, by a clock that nobody sets; 0 where the kernel does not tell. */
export function uptimeSeconds(): number {
  try {
    return Number.parseFloat(readFileSync("/proc/uptime", "utf8")) || 0;
  } catch {
    return 0;
  }
}

/** This process as a maker of staging. */
export const thisMaker = (): Maker => ({ boot_id: bootId(), pid: process.pid });

/** True while the maker's process lives; one from another boot does not. */
export const isAlive = ({ boot_id, pid }: Maker): boolean => boot_id === bootId() && exists(pid);

function kernelSays(name: string, otherwise: string): string {
  try {
    return readFileSync(`/proc/sys/kernel/${name}`, "utf8").trim() || otherwise;
  } catch {
    return otherwise;
  }
}
