/** Skipping cells that did not change raises the same events as updating each cell in each round. */
import { expect, test } from "bun:test";
import fc from "fast-check";
import type { Report, ReportCell } from "../../lib/contract/report.ts";
import { storePathsOf } from "../../lib/host/files/state-dir.ts";
import { loadSettings } from "../../lib/cli/settings.ts";
import { openStatusMemory, type StatusMemory } from "../../lib/supervise/status/status-memory.ts";
import type { RoundSuspicions } from "../../lib/supervise/status/rules/suspicions.ts";
import { openStore } from "../../lib/supervise/store/store.ts";
import { idOf } from "../tools/cells.ts";
import { NOON } from "../tools/facts.ts";
import { reportOf } from "../tools/sources.ts";
import { placeOf, stopDaemons } from "../tools/supervised.ts";

stopDaemons();

/** What may be found about a cell: healthy, silent, incomplete, waiting, failed; undefined: it is gone. */
const FOUND = [
  {},
  { age: 4000 },
  { log: { outcome: "absent" } },
  { heartbeat: { state: "waiting" } },
  { heartbeat: { state: "exiting" } },
] as const;
const kinds: readonly ReportCell[] = FOUND.flatMap((facts) => reportOf({ x: facts }).cells);
const MISSIONS = [1, 2, 3].map(idOf);

/** One round: what is found about each mission, how long it lasts in hours, and whether a suspicion covers silence. */
const round = fc.record({
  found: fc.array(fc.option(fc.nat({ max: kinds.length - 1 }), { nil: undefined }), {
    minLength: MISSIONS.length,
    maxLength: MISSIONS.length,
  }),
  times: fc.integer({ min: 1, max: 8 }),
  isCovered: fc.boolean(),
});

/** A cell that flaps, and then stays as it is until it counts as steady. */
const FLAPPING = [0, 1, 0, 1, 0, 1, 0, 1, 0].map((kind, at) => ({
  found: [kind, 0, undefined],
  times: at === 0 ? 3 : at === 8 ? 40 : 1,
  isCovered: false,
}));

function memoryIn(): StatusMemory {
  const place = placeOf();
  const store = openStore(storePathsOf(loadSettings({ config: place.config })), NOON, () => {});
  return openStatusMemory(store, NOON);
}

test("a memory that skips unchanged cells raises the same events, in any history", () => {
  const settings = {
    ...loadSettings({}),
    fire_after: 2,
    clear_after: 2,
    remind_after_seconds: 9000,
  };
  fc.assert(
    fc.property(fc.array(round, { maxLength: 12 }), (history) => {
      const [skipping, looking] = [memoryIn(), memoryIn()];
      let hours = 0;
      let before: readonly ReportCell[] = [];
      for (const { found, times, isCovered } of history) {
        const cells = MISSIONS.flatMap((mission_id, at) => {
          const kind = kinds[found[at] ?? kinds.length];
          if (kind === undefined) return [];
          const known = before.find((each) => each.mission_id === mission_id);
          const shown = { ...kind, mission_id };
          return [Bun.deepEquals(known, shown) ? (known ?? shown) : shown];
        });
        before = cells;
        const suspicion = isCovered ? { cause: "starved", text: "late" } : undefined;
        const covers = ({ problems }: ReportCell) => (problems.length > 0 ? suspicion : undefined);
        const suspicions = { active: [], covers, coveringAll: undefined };
        for (let time = 0; time < times; time++) {
          const generated_at = new Date(NOON.getTime() + 3_600_000 * hours++).toISOString();
          const see = (memory: StatusMemory, shown: readonly ReportCell[]) =>
            memory.update(
              { generated_at, cells: shown } as unknown as Report,
              suspicions as unknown as RoundSuspicions,
              settings,
            );
          expect(see(skipping, cells)).toEqual(see(looking, structuredClone(cells)));
        }
      }
    }),
    { numRuns: 60, examples: [[FLAPPING]] },
  );
});
