/**
 * The metrics of supervise, as a scan and as the daemon's endpoint tell them.
 */
import { expect, test } from "bun:test";
import { hostname } from "node:os";
import { join } from "node:path";
import { idOf, writeCell } from "../tools/cells.ts";
import { lacking } from "../tools/needs.ts";
import { command, run } from "../tools/program.ts";
import { type Place, placeOf, rounds, stopDaemons, until } from "../tools/supervised.ts";

stopDaemons();
const POLICY = { command: ["false"], match: { codes: ["exited"] }, attempts: 1, delay_seconds: 1 };
const GAVE_UP = `mission_cell_given_up{mission_id="${idOf(1)}"} 1`;

/** A root with a mission that is given up, a hold, two orders, and receivers that fail and refuse. */
function troubledPlace(): Place {
  const place = placeOf();
  const routes = [
    { name: "pager", command: ["false"] },
    { name: "picky", command: ["sh", "-c", "exit 65"] },
  ];
  place.configure({ revive: [POLICY], notify: { routes } });
  const exited = { age: 60, state: "exiting", heartbeat: { host: hostname() } };
  writeCell(place.root, idOf(1), exited);
  return place;
}

async function ordersIn(place: Place): Promise<void> {
  await place.call("executable", "hold", "--reason", "night");
  await place.call("executable", "quarantine", idOf(1), "--reason", "no");
  await place.call("executable", "snooze", idOf(1), "--for", "1h");
}

const metricsOf = async ({ config }: Place) =>
  (await run([...command("executable", "scan"), "--prometheus", "--config", config])).stdout;

const valueIn = (text: string, sample: string) =>
  Number(
    text
      .split("\n")
      .find((line) => line.startsWith(`${sample} `))
      ?.slice(sample.length),
  );

test("tell what is given up, held and ordered, what waits, and which deliveries failed", async () => {
  const place = troubledPlace();
  const started = Date.now() / 1000;
  const socket = join(place.here, "s");
  const daemon = place.start("executable", "--listen", `unix:${socket}`);
  const failed = 'lazarus_pit_notification_failures_total{route="pager"}';
  await until(async () => {
    const text = await metricsOf(place);
    return text.includes(GAVE_UP) && valueIn(text, failed) > 1;
  });
  await ordersIn(place);
  // A hold hides no mission that is given up.
  await rounds(place);
  const texts = [await metricsOf(place)];
  await until(async () => {
    const text = await (await fetch("http://localhost/metrics", { unix: socket })).text();
    if (!text.includes("lazarus_pit_hold 1")) return false;
    return texts.push(text) > 0;
  });
  for (const text of texts) {
    expect(text).toContain("mission_cells_given_up 1\n");
    expect(text).toContain('lazarus_pit_orders{order="quarantine"} 1\n');
    expect(text).toContain('lazarus_pit_orders{order="snooze"} 1\n');
    expect(valueIn(text, 'lazarus_pit_notifications_waiting{route="pager"}')).toBeGreaterThan(1);
    expect(text).toContain('lazarus_pit_notifications_waiting{route="picky"} ');
    expect(valueIn(text, failed)).toBeGreaterThan(1);
    expect(valueIn(text, 'lazarus_pit_notifications_refused_total{route="picky"}')).toBeGreaterThan(
      0,
    );
    for (const moment of [
      "lazarus_pit_hold_since_timestamp_seconds",
      'lazarus_pit_oldest_order_timestamp_seconds{order="quarantine"}',
      'lazarus_pit_notifications_oldest_timestamp_seconds{route="pager"}',
      "lazarus_pit_supervise_last_round_timestamp_seconds",
    ])
      expect(valueIn(text, moment), moment).toBeWithin(started - 1, Date.now() / 1000 + 1);
  }
  await daemon.stop();
});

test("omit a root without a store, and what a daemon knew more than three rounds ago", async () => {
  const place = troubledPlace();
  expect(await metricsOf(place)).not.toMatch(/given_up|lazarus_pit_(?:hold|orders|notif|superv)/);
  const daemon = place.start("executable");
  await until(async () => (await metricsOf(place)).includes(GAVE_UP));
  await daemon.stop();
  // More than three rounds after its last one.
  await until(async () => !/^mission_cells_given_up \d/m.test(await metricsOf(place)));
});

const noTool = lacking("promtool");
test.skipIf(noTool !== "")(`pass promtool${noTool}`, async () => {
  const place = troubledPlace();
  await ordersIn(place);
  await place.call("executable", "--once");
  const input = await metricsOf(place);
  expect(input).toContain("lazarus_pit_hold 1\n");
  const checked = await run(["promtool", "check", "metrics"], { input });
  expect(checked).toEqual({ code: 0, stdout: "", stderr: "" });
});
