/**
 * `lazarus-pit token`: prints the token that lets a cell's agent beat over HTTP.
 *
 * @module
 */
import { EXIT } from "../base/errors.ts";
import { beatToken } from "./access.ts";
import { type FlagValues, textFlag } from "../cli/flag-values.ts";
import { usageError } from "../cli/usage-error.ts";
import { canonicalId, isMissionId } from "../base/id.ts";
import { readCellName } from "../cell/mission-id.ts";
import { loadCellSettings } from "../cell/own-root.ts";
import { settingFlags } from "../cli/setting-flags.ts";
import { openRoot } from "../host/files/directory.ts";
import { readSecret } from "../host/files/secret.ts";
import { printText } from "../host/stdio/stdio.ts";
import { defineTool } from "../cli/tool.ts";

export const token = defineTool({
  name: "lazarus-pit token",
  summary: "Print the token with which one cell may beat over HTTP",
  args: {
    uuid: { type: "positional", description: "The mission's id" },
    "beat-secret-file": {
      type: "string",
      valueHint: "file",
      description: "Same file as for serve-health",
    },
    ...settingFlags("root"),
  },
  notes: `
The token is HMAC-SHA256 of the id under the secret. It allows beats for this
cell and nothing else.

Exit codes:
  0   printed           64  usage error           78  unusable secret

Examples:
  $ lazarus-pit token 0b7e5a34-6f6f-4c35-9d3e-2f3f5b0f7a10 --beat-secret-file s`,
  async run({ flags, positionals: [uuid = ""] }) {
    const file = textFlag(flags, "beat-secret-file");
    if (file === undefined)
      throw usageError("Missing flag: --beat-secret-file", "give it the same file as serve-health");
    const secret = readSecret(file);
    const id = isMissionId(uuid) ? canonicalId(uuid) : await idOf(uuid, flags);
    printText(`${beatToken(secret, id)}\n`);
    return EXIT.ok;
  },
});

/** A whole id needs no root: a token may be printed on another host than the cell's. */
const idOf = (name: string, flags: FlagValues): Promise<string> =>
  readCellName(openRoot(loadCellSettings(flags).root), name, "act");
