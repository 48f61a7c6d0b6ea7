/**
 * A history whose hours pass in minutes: what it says in seconds is divided by one factor, down to
 * what the programs accept.
 *
 * @module
 */
import type { AgentSpec, History } from "./history.ts";
import { parseMoment } from "./moment.ts";

/** A minute of a history takes a second. */
const FACTOR = 60;

/** Whole seconds, at least one. */
const quickSeconds = (seconds: number): number => Math.max(1, Math.round(seconds / FACTOR));

/** Milliseconds of a moment or a duration. */
export const quickMoment = (moment: string): number => parseMoment(moment) / FACTOR;

const quickAgent = (spec: AgentSpec): AgentSpec => ({
  ...spec,
  every: quickSeconds(spec.every ?? 60),
});

/** The agents of a history, each with a shorter interval. */
export const quickAgents = ({ agents }: History): History["agents"] =>
  Object.fromEntries(Object.entries(agents).map(([name, spec]) => [name, quickAgent(spec)]));

/** The settings with their times shortened, each at least a second. */
export const quickSettings = (settings: object): object =>
  Object.fromEntries(
    Object.entries(settings).map(([name, value]: [string, unknown]) => [
      name,
      name.endsWith("_seconds") && typeof value === "number" ? quickSeconds(value) : value,
    ]),
  );
