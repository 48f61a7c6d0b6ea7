/**
 * The values of flags, by names that the compiler checks.
 *
 * @module
 */
import type { ArgsDef } from "citty";

/** The values of flags by name. */
export type FlagValues = Flags<string>;

/** The values of flags with these names; reading any other name is a compile error. */
export type Flags<Name extends string> = Readonly<Record<Name, unknown>>;

/** The flags of a tool by its citty definitions. */
export type FlagsOf<Definitions extends ArgsDef> = Flags<keyof Definitions & string>;

/** The text of a flag; undefined if it was not given. */
export function textFlag<Name extends string>(
  flags: Flags<Name>,
  name: NoInfer<Name>,
): string | undefined {
  const value = flags[name];
  return typeof value === "string" ? value : undefined;
}

/** The values of a repeatable flag; empty if it was not given. */
export function listFlag<Name extends string>(
  flags: Flags<Name>,
  name: NoInfer<Name>,
): readonly string[] {
  const value = flags[name];
  return Array.isArray(value) ? value.map(String) : [];
}
