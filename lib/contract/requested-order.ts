/**
 * An operator's order as it is given over HTTP: the body of POST /v1/orders.
 *
 * @module
 */
import * as v from "valibot";
import { MissionId } from "../base/id.ts";

/** In UTF-16 units: files of orders have a size limit when they are read. */
export const MAX_REASON_LENGTH = 1000;
/** A year: what should last longer is a quarantine. */
const MAX_SNOOZE_SECONDS = 366 * 86_400;

/** Required, because several people may hold the token, and the next one wants to know why. */
const reason = v.pipe(
  v.string(),
  v.regex(/\S/, "Expected a reason"),
  v.maxLength(MAX_REASON_LENGTH, `Expected at most ${MAX_REASON_LENGTH} characters`),
);
const seconds = v.pipe(
  v.number(),
  v.integer("Expected whole seconds"),
  v.minValue(1, "Expected at least 1 second"),
  v.maxValue(MAX_SNOOZE_SECONDS, "Expected at most 366 days; a quarantine has no end"),
);
const mission_id = MissionId;

/** Schema of the body. Unknown keys are refused: a misspelled one must not be ignored. */
export const RequestedOrder = v.variant("order", [
  v.strictObject({ order: v.literal("hold"), reason }),
  v.strictObject({ order: v.literal("resume"), reason }),
  v.strictObject({ order: v.literal("snooze"), mission_id, for_seconds: seconds, reason }),
  v.strictObject({ order: v.literal("quarantine"), mission_id, reason }),
  v.strictObject({ order: v.literal("release"), mission_id, reason }),
]);
export type RequestedOrder = v.InferOutput<typeof RequestedOrder>;
