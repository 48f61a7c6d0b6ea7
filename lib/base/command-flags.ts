/**
 * What commands for a person to type need, so that they act on the same cells and the same store.
 *
 * @module
 */
export interface CommandFlags {
  /** What precedes the name of a command, such as `lazarus-pit `. */
  readonly prefix: string;
  /** For commands that use cells only, such as `mission`. */
  readonly cells: string;
  /** For commands that use the state directory too, such as `supervise`. */
  readonly store: string;
  /** For commands that are about no root, such as `scan --fleet`; absent without a configuration. */
  readonly config?: string;
}

/** Where everything has its default, and each command a link. */
export const NO_FLAGS: CommandFlags = { prefix: "", cells: "", store: "" };

/** A command that uses the state directory, as it is typed. */
export const storeCommand = (command: string, { prefix, store }: CommandFlags): string =>
  `${prefix}${command}${store}`;

/** A command that is about no root, as it is typed. */
export const fleetCommand = (command: string, { prefix, config = "" }: CommandFlags): string =>
  `${prefix}${command}${config}`;
