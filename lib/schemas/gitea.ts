/**
 * What Gitea and Forgejo answer, as far as it is read here. All of it has more keys.
 *
 * @module
 */
import * as v from "valibot";
import { Count } from "./number.ts";

const EXPECTED = "Expected an http or https URL";
const WebAddress = v.pipe(v.string(EXPECTED), v.regex(/^https?:\/\/[!-~]{1,1000}$/, EXPECTED));

/** An issue, as far as a cell can be made of it. */
export const Issue = v.looseObject({
  number: Count,
  html_url: WebAddress,
  body: v.string(),
  repository: v.looseObject({ id: Count }),
});
export type Issue = v.InferOutput<typeof Issue>;
