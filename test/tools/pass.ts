/**
 * A pass of accept-proposals with limits that a test can wait for:
 *
 *     bun pass.ts '{"firstMs": 2000}' --root /x --state-dir /y --gitea-url=…
 *
 * @module
 */
import { parseArgs } from "node:util";
import { openBridge, PASS_LIMITS } from "../../lib/proposals/bridge/bridge.ts";
import { runPass } from "../../lib/proposals/bridge/pass.ts";
import { printPassReport } from "../../lib/proposals/bridge/proposals-screen.ts";
import { loadSettings } from "../../lib/cli/settings.ts";
import { openRoot } from "../../lib/host/files/directory.ts";

const [limits = "{}", ...args] = process.argv.slice(2);
const names = ["root", "state-dir", "gitea-url", "gitea-repository", "gitea-token-file"];
const options = Object.fromEntries(
  [...names, "gitea-allow"].map((name) => [name, { type: "string" as const }]),
);
const settings = loadSettings(parseArgs({ args, options }).values);
const root = openRoot(settings.root);
const making = { owner: {}, now: new Date(), dryRun: false };
const bridge = openBridge(settings, root, making, { isInsecure: false, reportNew: () => {} });
const narrow = { ...PASS_LIMITS, ...(JSON.parse(limits) as object) };
process.exit(printPassReport(root, await runPass({ ...bridge, limits: narrow }), false));
