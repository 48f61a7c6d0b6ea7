/**
 * The identity of a process on disk: distinguishes it from later processes with the same pid, and
 * from those with the same pid in another namespace.
 *
 * @module
 */
import * as v from "valibot";
import { Count } from "../base/number.ts";

/** The fields of a process identity. Older records lack the optional ones. */
export const processEntries = {
  /** The boot during which it ran. */
  boot_id: v.string(),
  pid: Count,
  /** When it started, in clock ticks after boot. */
  start_ticks: v.optional(Count),
  /** The namespace of its pid, such as `pid:[4026531836]`: see pid_namespaces(7). */
  pid_namespace: v.optional(v.string()),
  /** The namespace of its start time, such as `time:[4026531834]`. */
  time_namespace: v.optional(v.string()),
};

export const ProcessIdentity = v.object(processEntries);
export type ProcessIdentity = Readonly<v.InferOutput<typeof ProcessIdentity>>;

/** Whether a process still runs; `unknown`, in another namespace or hidden, is never acted on. */
export type Liveness = "alive" | "gone" | "unknown";
