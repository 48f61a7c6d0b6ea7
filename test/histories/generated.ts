/**
 * Generated histories: a few agents, and a few things that happen to them and to their host.
 *
 * @module
 */
import fc from "fast-check";
import type { AgentSpec, Happening } from "./history.ts";

/** An agent beats this often, in seconds; the daemon looks as often. */
export const EVERY = 300;
/** The age limit of every cell, in seconds. */
export const LIMIT = 4 * EVERY;

export interface GeneratedStep {
  /** Seconds since the step before. */
  readonly after: number;
  readonly happens: Happening;
}

export interface GeneratedHistory {
  readonly agents: Readonly<Record<string, AgentSpec>>;
  readonly steps: readonly GeneratedStep[];
}

const NAMES = ["a", "b", "c"];

const agent: fc.Arbitrary<AgentSpec> = fc.record({
  every: fc.constant(EVERY),
  vouches: fc.constantFrom("yes", "no"),
});

/** What may happen to an agent; each name is one of `NAMES`. */
const toAgent = (name: string): fc.Arbitrary<Happening> =>
  fc.constantFrom<Happening>(
    { kill: name },
    { kill: name },
    { ends: name, exit: { code: 1 } },
    { ends: name, exit: { signal: "SIGSEGV" } },
    { ends: name, exit: { code: 0 } },
    { hangs: name },
    { goesOn: name },
    { starts: name },
    { mission: name, step: "pause" },
    { mission: name, step: "resume" },
    { mission: name, step: "complete" },
    { order: "snooze", of: name, for: "10m" },
    { order: "release", of: name },
  );

const toHost = fc.constantFrom<Happening>(
  { order: "hold" },
  { order: "resume" },
  { disk: { freeBytes: 0 } },
  { disk: { freeBytes: 1e12 } },
  { clock: 600 },
  { clock: -600 },
  { sleeps: "10m" },
  { sleeps: "3h" },
  { starves: "25m" },
  { daemon: "stops" },
  { daemon: "starts" },
);

const step: fc.Arbitrary<GeneratedStep> = fc.record({
  after: fc.constantFrom(1, 7, 301, 650, 1250, 2000),
  happens: fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom(...NAMES).chain(toAgent) },
    { weight: 2, arbitrary: toHost },
  ),
});

export const generatedHistory: fc.Arbitrary<GeneratedHistory> = fc
  .record({
    agents: fc.array(agent, { minLength: 1, maxLength: NAMES.length }),
    steps: fc.array(step, { minLength: 1, maxLength: 6 }),
  })
  .map(({ agents, steps }) => ({
    agents: Object.fromEntries(agents.map((spec, at) => [NAMES[at], spec])),
    steps,
  }));
