/** A cell on a file system of its own, which is full or read-only. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "bun:test";
import { idOf, writeCell } from "../tools/cells.ts";
import { CAN_MOUNT, SPOILT } from "../tools/disk.ts";
import { succeeds } from "../tools/privileges.ts";
import { DEAD, placeOf, stopDaemons } from "../tools/supervised.ts";

stopDaemons();
const [SPOILED, SOUND, PLAIN] = [idOf(1), idOf(2), idOf(3)];

test.skipIf(!CAN_MOUNT).each(SPOILT)(
  "is not revived for a silence while that is $kind, and others are",
  async ({ kind, spoil }) => {
    const place = placeOf({ revive: [{ command: ["true"] }] });
    const volumes = [SPOILED, SOUND].map((id) => join(place.root, id));
    for (const volume of volumes) {
      mkdirSync(volume);
      expect(succeeds(["mount", "-t", "tmpfs", "-o", "size=128k", "none", volume])).toBe(true);
    }
    try {
      for (const id of [SPOILED, SOUND, PLAIN]) writeCell(place.root, id, DEAD);
      spoil(join(place.root, SPOILED));
      const { stdout } = await place.call("executable", "--plan");
      const [spoiled, ...others] = stdout.trim().split("\n\n");
      expect(spoiled).toStartWith(SPOILED);
      const cause = kind === "full" ? "disk-full" : kind;
      expect(spoiled).toContain(
        `not now (suspect): its verdict is in doubt (${cause}): the file system of this cell`,
      );
      expect(others).toHaveLength(2);
      for (const other of others) expect(other).not.toContain("(suspect)");
    } finally {
      for (const volume of volumes) succeeds(["umount", "--lazy", volume]);
    }
  },
);
