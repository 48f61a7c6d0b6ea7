/**
 * Parses an order on the command line: `supervise snooze <uuid> --for 20m`.
 *
 * @module
 */
import { quoted } from "../../base/printable.ts";
import { readLength } from "../../cli/value-flags.ts";
import { type Flags, type FlagValues, textFlag } from "../../cli/flag-values.ts";
import { checkStepFlags, readReason } from "../../cli/step-flags.ts";
import { cannotUse } from "../../cli/usage-error.ts";
import { withGuess } from "../../cli/did-you-mean.ts";

/** Whether an order takes a mission, and its required and optional flags. */
const ORDERS = {
  hold: { mission: false, required: [], optional: ["reason", "for"] },
  resume: { mission: false, required: [], optional: ["reason"] },
  snooze: { mission: true, required: ["for"], optional: ["reason"] },
  quarantine: { mission: true, required: ["reason"], optional: [] },
  release: { mission: true, required: [], optional: ["reason"] },
  history: { mission: true, required: [], optional: ["json", "for"] },
  status: { mission: false, required: [], optional: ["json"] },
  "accept-root": { mission: false, required: [], optional: ["reason"] },
} as const;
/** `history` and `status` only show something. */
export type OrderName = keyof typeof ORDERS;
export const ORDER_NAMES = Object.keys(ORDERS) as OrderName[];

/** Flags of orders. */
const ORDER_FLAGS = ["for", "reason", "json"] as const;
type OrderFlag = (typeof ORDER_FLAGS)[number];
/** Flags that every order takes. */
const COMMON_FLAGS = ["root", "state-dir", "config"];

export interface Order {
  readonly name: OrderName;
  readonly id: string | undefined;
  readonly reason: string | undefined;
  /** The length of a snooze, a hold or a history; 0 where none was given. */
  readonly seconds: number;
  readonly isJson: boolean;
  /** How it was given, for the event log; undefined for a command. */
  readonly via?: "http";
}

/** An order as a command line names it. */
export interface TypedOrder extends Order {
  /** What names the mission; undefined for the one around the working directory. */
  readonly mission: string | undefined;
}

/**
 * Parses an order.
 *
 * @throws {OperatorError} of kind `usage` if the order is unknown, an argument or flag is missing, or
 * one is not allowed with it.
 */
export function readOrder(words: readonly string[], flags: Flags<OrderFlag>): TypedOrder {
  const [word = "", mission, extra] = orderFirst(words);
  const name = readName(word);
  checkArguments(name, mission, extra);
  checkFlags(name, flags);
  return {
    name,
    id: undefined,
    mission,
    reason: readReason(textFlag(flags, "reason")),
    seconds: readLength(textFlag(flags, "for")),
    isJson: flags["json"] === true,
  };
}

/** `words` with the order before the mission, which may come in either order. */
function orderFirst([first = "", second = "", ...rest]: readonly string[]): readonly string[] {
  const isSwapped = !Object.hasOwn(ORDERS, first) && Object.hasOwn(ORDERS, second);
  return [...(isSwapped ? [second, first] : [first, second]), ...rest].filter(
    (word) => word !== "",
  );
}

/** True for an order about one mission. */
export const takesMission = (name: OrderName): boolean => ORDERS[name].mission;

function readName(text: string): OrderName {
  if (Object.hasOwn(ORDERS, text)) return text as OrderName;
  const hint = `the orders are: ${ORDER_NAMES.join(", ")}`;
  throw cannotUse(`${quoted(text)} as an order`, withGuess(hint, text, ORDER_NAMES));
}

function checkArguments(
  name: OrderName,
  mission: string | undefined,
  extra: string | undefined,
): void {
  const stray = extra ?? (takesMission(name) ? undefined : mission);
  if (stray !== undefined) throw cannotUse(`the argument ${quoted(stray)} with ${name}`);
}

function checkFlags(name: OrderName, flags: FlagValues): void {
  const given = Object.keys(flags).filter((flag) => flags[flag] !== undefined);
  const own = given.filter((flag) => !COMMON_FLAGS.includes(flag));
  checkStepFlags(name, ORDERS[name], own);
}

/** Refuses the flags of orders on a daemon. */
export function refuseOrderFlags(flags: Flags<OrderFlag>): void {
  const stray = ORDER_FLAGS.find((flag) => flag !== "json" && flags[flag] !== undefined);
  if (stray !== undefined)
    throw cannotUse(`--${stray} without an order`, "see --help for the orders");
}
