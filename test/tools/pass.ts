/**
 * A pass of accept-proposals with limits that a test can wait for:
 *
 *     bun pass.ts '{"firstMs": 2000}' --root /x --state-dir /y --gitea-url=…
 *
 * @module
 */
import { parseArgs } from "node:util";
import { bridgeOf, LIMITS } from "../../lib/edges/gitea/bridge.ts";
import { makePass } from "../../lib/edges/gitea/pass.ts";
import { printPass } from "../../lib/edges/gitea/show.ts";
import { loadSettings } from "../../lib/edges/command/settings.ts";
import { openRoot } from "../../lib/edges/host/directory.ts";

const [limits = "{}", ...args] = process.argv.slice(2);
const names = ["root", "state-dir", "gitea-url", "gitea-repository", "gitea-token-file"];
const options = Object.fromEntries(
  [...names, "gitea-allow"].map((name) => [name, { type: "string" as const }]),
);
const settings = loadSettings(parseArgs({ args, options }).values);
const root = openRoot(settings.root);
const making = { owner: {}, now: new Date(), dryRun: false };
const bridge = bridgeOf(settings, root, making, false);
const narrow = { ...LIMITS, ...(JSON.parse(limits) as object) };
process.exit(printPass(root, await makePass({ ...bridge, limits: narrow }), false));
