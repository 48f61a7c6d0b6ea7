/**
 * `lazarus-pit token`: what one cell's agent needs to beat over HTTP.
 *
 * @module
 */
import { EXIT } from "../../schemas/errors.ts";
import { beatToken } from "./access.ts";
import { refusal, textFlag } from "../command/flags.ts";
import { readMissionId } from "../cell/here.ts";
import { readSecret } from "../host/secret.ts";
import { printText } from "../host/stdout.ts";
import type { Tool } from "../command/tool.ts";

export const token: Tool = {
  name: "lazarus-pit token",
  summary: "Print the token with which one cell may beat over HTTP",
  args: {
    uuid: { type: "positional", description: "The mission's id" },
    "beat-secret-file": { type: "string", valueHint: "file", description: "As for serve-health" },
  },
  notes: `
The token is HMAC-SHA256 of the id under the secret. It can beat for this cell
and nothing else.

Exit codes:
  0   printed           64  wrong use             78  no usable secret

Examples:
  $ lazarus-pit token 0b7e5a34-6f6f-4c35-9d3e-2f3f5b0f7a10 --beat-secret-file s`,
  run({ flags, words: [uuid = ""] }) {
    const file = textFlag(flags, "beat-secret-file");
    if (file === undefined) throw refusal("this call: --beat-secret-file is missing");
    printText(`${beatToken(readSecret(file), readMissionId(uuid))}\n`);
    return EXIT.ok;
  },
};
