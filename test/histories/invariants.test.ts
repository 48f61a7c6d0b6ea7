/**
 * What must hold in every history, however it goes: generated histories are replayed with the real
 * rounds of the daemon on a simulated host, and its attempts are judged by the truth.
 *
 * A failure prints the seed and the shortest history that fails.
 */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import fc from "fast-check";
import {
  EVERY,
  type GeneratedHistory,
  generatedHistory,
  type GeneratedStep,
  LIMIT,
} from "./generated.ts";
import { happen } from "./happen.ts";
import { restoreHost, simulateHost } from "./simulated-host.ts";
import { Truth } from "./truth.ts";
import { WatchedRoot } from "./watched-root.ts";

/**
 * Half a minute of CPU. The seed is fixed, so that a suite is never red by chance: try another one to
 * search for more, and give its shortest history to `cases/`.
 */
const RUNS = { numRuns: 600, seed: 12 };
const SETTLING = 60;
/** A beat must be this old before its process counts as gone, in seconds. */
const SETTLED = 5;
/** A status that kept changing is confirmed once it was the same for this many rounds. */
const STEADY_ROUNDS = 31;
/** In this time all guards that end by themselves have ended, even one after the other. */
const CALM_MS = 70 * 60_000;

let there: WatchedRoot;
beforeAll(() => simulateHost(() => there));
afterAll(restoreHost);

const settings = { scan_interval_seconds: EVERY };
/** No breaker: the histories are shorter than its hour. */
const policy = { attempts: 50, delay_seconds: 1, max_delay_seconds: 1 };

/** Replays a history; gives what is wrong with the attempts of its daemon. */
async function play({ steps }: GeneratedHistory, truth: Truth): Promise<string[]> {
  there.startDaemon();
  const faults: string[] = [];
  for (const step of steps) faults.push(...(await take(truth, step)));
  return faults;
}

async function take(truth: Truth, { after, happens }: GeneratedStep): Promise<string[]> {
  const faults = await pass(truth, 1000 * after);
  if (!truth.canHappen(there, happens)) return faults;
  happen(there, happens);
  truth.note(there, happens);
  return faults;
}

/** Lets time pass; gives the faults of the attempts meanwhile. */
async function pass(truth: Truth, ms: number): Promise<string[]> {
  const before = there.started.length;
  await there.advance(there.world.monoMs + ms);
  return there.started.slice(before).flatMap((attempt) => {
    const faults = truth.faultsOf(there, attempt);
    truth.restarted(truth.agent(attempt.name));
    return faults;
  });
}

/** Ends every guard that an operator, or the host, must end. */
async function calm(truth: Truth): Promise<string[]> {
  const ends = [
    { order: "resume" },
    { disk: { freeBytes: 1e12 } },
    ...(truth.isWatched ? [] : [{ daemon: "starts" } as const]),
  ] as const;
  const faults: string[] = [];
  for (const happens of ends) faults.push(...(await take(truth, { after: 1, happens })));
  return [...faults, ...(await pass(truth, CALM_MS)), ...(await settle(truth))];
}

/** Waits until the status of every agent is steady: what keeps changing is not confirmed. */
const settle = async (truth: Truth, names = [...truth.agents.keys()]): Promise<string[]> =>
  names.some(isFlapping) ? pass(truth, 1000 * EVERY * STEADY_ROUNDS) : [];

function isFlapping(name: string): boolean {
  const { id } = there.agent(name);
  const ofIt = there.told.filter(({ mission_id }) => mission_id === id).map(({ event }) => event);
  return ofIt.lastIndexOf("flapping") > ofIt.lastIndexOf("steady");
}

/** The agents that should run, so that their death must be acted upon. */
const wanted = (truth: Truth): string[] =>
  [...truth.agents].flatMap(([name, { mission, hasEndedWell }]) =>
    mission === "active" && !hasEndedWell ? [name] : [],
  );

/** True for an agent that nothing may restart, although it is silent: its process runs. */
const isHungAlive = (name: string): boolean => {
  const agent = there.agent(name);
  return agent.isHung && agent.spec.vouches === "yes" && there.world.isRunning(agent);
};

const statusOf = (name: string) =>
  there.report?.cells.find(({ mission_id }) => mission_id === there.agent(name).id)?.status;

/** Kills each agent that is well, one after the other; gives those that were not started in time. */
async function deaths(truth: Truth): Promise<string[]> {
  const missed: string[] = [];
  for (const name of wanted(truth).filter((each) => !isHungAlive(each))) {
    const count = () => there.started.filter((each) => each.name === name).length;
    const before = count();
    const isShown = there.agent(name).spec.vouches === "yes";
    const seconds = (isShown ? SETTLED : LIMIT + SETTLING) + 2 * EVERY;
    await take(truth, { after: 1, happens: { kill: name } });
    const faults = [...(await pass(truth, 1000 * seconds)), ...(await settle(truth, [name]))];
    missed.push(...faults, ...(count() === before + 1 ? [] : [`${name} was left dead`]));
    await pass(truth, 1000 * LIMIT);
  }
  return missed;
}

async function withRoot<T>(
  history: GeneratedHistory,
  use: (truth: Truth) => Promise<T>,
): Promise<T> {
  using root = new WatchedRoot({
    about: "generated",
    agents: history.agents,
    settings,
    policy,
    steps: [],
  });
  there = root;
  return await use(new Truth(history.agents));
}

describe("in every history", () => {
  test("no agent is started that is alive, held, under a suspicion or at rest, and every death is acted upon", async () => {
    await fc.assert(
      fc.asyncProperty(generatedHistory, (history) =>
        withRoot(history, async (truth) => {
          const faults = [...(await play(history, truth)), ...(await calm(truth))];
          const left = wanted(truth).filter(
            (name) => !isHungAlive(name) && statusOf(name) !== "healthy",
          );
          const missed = left.length > 0 ? [] : await deaths(truth);
          const { beside } = there;
          expect({ faults, beside, left, missed }).toEqual({
            faults: [],
            beside: [],
            left: [],
            missed: [],
          });
        }),
      ),
      RUNS,
    );
  });
});
