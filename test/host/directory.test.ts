import { chmodSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "bun:test";
import { asUser, CAN_BECOME_OTHERS, NOBODY } from "../tools/privileges.ts";
import { run, scratch } from "../tools/program.ts";
import { BUN, CLONE } from "../tools/surroundings.ts";

const here = scratch();
chmodSync(here, 0o755);
const locked = join(here, "locked");
mkdirSync(locked, { mode: 0o700 });

test.skipIf(!CAN_BECOME_OTHERS)(
  "a root that may not be entered is not held open: servers try it again and again (needs root)",
  async () => {
    const script = `
      import { readdirSync } from "node:fs";
      import { openRoot } from "${join(CLONE, "lib/host/files/directory.ts")}";
      const open = () => readdirSync("/proc/self/fd").length;
      function refused() {
        try {
          openRoot("${locked}");
        } catch ({ fault }) {
          return fault;
        }
      }
      const [fault, before] = [refused(), open()];
      for (let tried = 0; tried < 9; tried++) refused();
      console.log(fault, open() - before);`;
    const { stdout, stderr } = await run([...asUser(NOBODY), BUN, "-e", script]);
    expect({ stdout, stderr }).toEqual({ stdout: "no_permission 0\n", stderr: "" });
  },
);
