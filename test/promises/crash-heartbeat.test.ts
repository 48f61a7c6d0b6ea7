/**
 * Promise 3, under crashes: a beat that is killed or fails at any system call leaves the old
 * heartbeat or the new one, whole. The same holds for mission.json, which the first beat of
 * an initialized mission rewrites. The next beat makes everything good.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "bun:test";
import * as v from "valibot";
import { CELL_FILES } from "../../lib/contract/cell.ts";
import { Heartbeat } from "../../lib/contract/heartbeat.ts";
import { Mission } from "../../lib/contract/mission.ts";
import { idOf, writeCell } from "../tools/cells.ts";
import { type Fault, type Point, pointsOf, runWithFault } from "../tools/inject.ts";
import { lacking } from "../tools/needs.ts";
import { command, run, scratch } from "../tools/program.ts";
import { snapshot, wrongWith } from "../tools/whole.ts";

const ID = idOf(1);
const base = scratch();
let roots = 0;

const beat = (root: string) => [
  ...command("executable", "heartbeat"),
  ID,
  "--state=idle",
  `--root=${root}`,
];

function read<S extends v.GenericSchema>(root: string, path: string, schema: S) {
  return v.parse(schema, JSON.parse(readFileSync(join(root, ID, path), "utf8")));
}

const lack = lacking("strace");

describe.skipIf(lack !== "").each(["active", "initialized"] as const)(
  `a beat of an %s mission${lack}`,
  (status) => {
    const freshRoot = (): string => {
      const root = join(base, String(roots++));
      writeCell(root, ID, { status, mission: { kept: "the agent's own key" } });
      return root;
    };

    /** Both files are the old or the new ones, and nothing in between. */
    function checkWhole(root: string, point: Point): void {
      expect(wrongWith(root, ID), point.text).toEqual([]);
      const { state } = read(root, CELL_FILES.heartbeat, Heartbeat);
      const mission = read(root, CELL_FILES.mission, Mission);
      expect(["working", "idle"], point.text).toContain(state);
      expect([status, "active"], point.text).toContain(mission.status);
      expect(mission["kept"], point.text).toBe("the agent's own key");
      // The status is written after the beat, so the beat after a killed one completes both.
      if (mission.status !== status) expect(state, point.text).toBe("idle");
    }

    async function failAt(point: Point, fault: Fault) {
      const root = freshRoot();
      const { fired, ...ended } = await runWithFault(beat(root), point, fault);
      expect({ ...point, fired }).toEqual({ ...point, fired: true });
      checkWhole(root, point);
      return { root, ended };
    }

    async function pointsNow(): Promise<Point[]> {
      const root = freshRoot();
      const points = await pointsOf(beat(root), root);
      const renames = points.filter(({ call }) => call === "rename");
      expect(renames.length).toBe(status === "active" ? 1 : 2);
      expect(read(root, CELL_FILES.mission, Mission).status).toBe("active");
      return points;
    }

    test("killed at any system call, it leaves whole files, and the next beat is made", async () => {
      for (const point of await pointsNow()) {
        const { root } = await failAt(point, "signal=SIGKILL");
        const again = await run(beat(root));
        expect({ point, ...again }).toMatchObject({ code: 0, stderr: "" });
        expect(read(root, CELL_FILES.heartbeat, Heartbeat).state).toBe("idle");
        expect(read(root, CELL_FILES.mission, Mission).status).toBe("active");
      }
    });

    test.each(["error=EIO", "error=ENOSPC"] as const)(
      "with %s at any call, it is written or says that it is not",
      async (fault) => {
        for (const point of await pointsNow()) {
          const { root, ended } = await failAt(point, fault);
          const met = `${point.text}\n${ended.stderr}`;
          if (ended.code !== 0)
            expect(met).toMatch(/\nheartbeat: error: .+\nheartbeat: hint: .+\n$/);
          else expect(read(root, CELL_FILES.heartbeat, Heartbeat).state, met).toBe("idle");
          expect([0, 65, 66, 69, 74, 75, 77], met).toContain(ended.code);
          if (point.call === "fsync") expect(ended.code, met).not.toBe(0);
          const left = Object.keys(snapshot(root)).filter((path) => path.endsWith(".tmp"));
          expect(left, met).toEqual([]);
        }
      },
    );
  },
);
