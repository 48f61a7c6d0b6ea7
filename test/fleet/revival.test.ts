/**
 * The gate `fleet`: each reason for which a host may not revive a mission, in its own words.
 */
import { expect, test } from "bun:test";
import { type HomeFacts, whyNotHere } from "../../lib/fleet/rules/revival.ts";
import { missionOf, NOW } from "./hosts.ts";

const ID = missionOf(1);
const AT = "2026-01-01T11:00:00.000Z";
const [SOON, PAST] = ["2026-01-01T12:30:00.000Z", "2026-01-01T11:59:59.000Z"];

/** What opens the gate. */
const OPEN: HomeFacts = {
  name: "alpha",
  hold: undefined,
  orders: undefined,
  home: "alpha",
  isConfirmed: true,
  confirmedSeconds: 3600,
  aloneSeconds: 3600,
};

const why = (changes: Partial<HomeFacts>) => whyNotHere({ ...OPEN, ...changes }, ID, NOW);

test("it is open at home, for as long as a host may act without etcd", () => {
  expect(why({})).toBeUndefined();
});

test("it is open once a snooze is over", () => {
  expect(
    why({ orders: { snooze: { until: PAST, at: AT } } as HomeFacts["orders"] }),
  ).toBeUndefined();
});

const FLEET = "lazarus-pit fleet resume";
const RELEASE = `to lift that, type: lazarus-pit fleet release ${ID}`;

test.each<[string, Partial<HomeFacts>, string]>([
  [
    "a hold on the fleet",
    { hold: { at: AT, reason: "restore" } },
    `here: "restore"; to start again, type: ${FLEET}`,
  ],
  [
    "a hold on this host",
    { hold: { at: AT, reason: "disk", host: "alpha" } },
    `type: ${FLEET} --host alpha`,
  ],
  [
    "a hold that cannot be read",
    { hold: "unreadable" },
    `type: ${FLEET}, and ${FLEET} --host alpha`,
  ],
  [
    "a quarantine",
    { orders: { quarantine: { reason: "loops", at: AT } } as HomeFacts["orders"] },
    `it is quarantined in the fleet: "loops"; ${RELEASE}`,
  ],
  [
    "a snooze",
    { orders: { snooze: { until: SOON, at: AT } } as HomeFacts["orders"] },
    `waiting until ${SOON}: an operator of the fleet snoozed it; ${RELEASE}`,
  ],
  [
    "orders that cannot be read",
    { orders: "unreadable" },
    `the fleet's orders for it cannot be read; ${RELEASE}`,
  ],
  ["another home", { home: "beta" }, "its home is beta: it was there first"],
  [
    "no home yet",
    { home: undefined, isConfirmed: false },
    "etcd has not confirmed that its home is here",
  ],
  [
    "a home of an earlier session",
    { isConfirmed: false, failure: "denied" },
    "etcd has not confirmed that its home is here: denied",
  ],
  ["etcd away for too long", { confirmedSeconds: 3660 }, "etcd has not answered for 1h 1m"],
  [
    "a daemon that never reached etcd",
    { confirmedSeconds: Number.POSITIVE_INFINITY, isConfirmed: false },
    "etcd has not confirmed",
  ],
])("%s closes it, and says so", (_, changes, said) => {
  expect(why(changes)).toContain(said);
});
