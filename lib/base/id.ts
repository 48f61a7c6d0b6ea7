/**
 * Mission ids.
 *
 * @module
 */
import * as v from "valibot";

/** The layout of RFC 9562 in either case, without the nil and max UUIDs. */
const UUID =
  /^(?!0{8}(?:-0{4}){3}-0{12}$)(?![fF]{8}(?:-[fF]{4}){3}-[fF]{12}$)[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$/;

const EXPECTED = "Expected a UUID that is not nil or max";

/** Schema of a mission id in either case: compare ids with `canonicalId`. */
export const MissionId = v.pipe(v.string(EXPECTED), v.regex(UUID, EXPECTED));

/** True for a mission id in either case. */
export const isMissionId = (text: string): boolean => UUID.test(text);

/** The lower-case spelling of a mission id, which names the cell's directory. */
export const canonicalId = (id: string): string => id.toLowerCase();

/** True for a directory name that can be a cell's. */
export const isCanonicalId = (name: string): boolean =>
  isMissionId(name) && name === canonicalId(name);
