/**
 * A mission's name.
 *
 * @module
 */
import * as v from "valibot";

/** The layout of RFC 9562 in any case; the nil and the max UUID name no mission. */
const UUID =
  /^(?!0{8}(?:-0{4}){3}-0{12}$)(?![fF]{8}(?:-[fF]{4}){3}-[fF]{12}$)[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$/;

const EXPECTED = "Expected a UUID that is not nil or max";

/** Schema of a mission id as people and files may spell it: compare it with `canonicalId`. */
export const MissionId = v.pipe(v.string(EXPECTED), v.regex(UUID, EXPECTED));

/** The one spelling of a mission id that names a cell's directory: lower case. */
export const canonicalId = (id: string): string => id.toLowerCase();

/** True for a directory name that can be a cell. */
export const isCanonicalId = (name: string): boolean =>
  UUID.test(name) && name === canonicalId(name);
