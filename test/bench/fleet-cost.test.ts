/**
 * What a view of a fleet costs beside the parsing of the same reports, in this process and after
 * other programs have warmed up: 200 hosts with 50 cells each, whose reports differ at each look.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "bun:test";
import { createFleetReporter } from "../../lib/fleet/fleet-reporter.ts";
import { readHostReport } from "../../lib/fleet/rules/host-report.ts";
import { createSourceView } from "../../lib/fleet/sources/source-view.ts";
import { hostClock } from "../../lib/host/clock.ts";
import { cellOf, reportOf } from "../fleet/hosts.ts";
import { backgrounds } from "../tools/background.ts";
import { leastOf, ratioText } from "../tools/cost.ts";
import { scratch } from "../tools/program.ts";

const [HOSTS, CELLS, ROUNDS] = [200, 50, 12];
/** In multiples of parsing. Measured: 1.7 to 2.2; by the schema alone 4.2. */
const MOST_READING = 3.2;
/** In multiples of fetching and parsing. Measured: 2.9 to 3.5. */
const MOST_LOOKING = 5;

const numbers = (count: number) => Array.from({ length: count }, (_, n) => n);
const texts = numbers(HOSTS).map((host) => {
  const cells = numbers(CELLS).map((n) => cellOf(host * CELLS + n + 1));
  return JSON.stringify({ ...reportOf(cells), host: `h${host}`, next_expected_at: undefined });
});

/** The CPU time of this process, in milliseconds, that `work` takes. */
async function cpuOf(work: () => unknown): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

/** The least CPU of both, which run in turn. */
async function compare(ours: () => unknown, theirs: () => unknown): Promise<[number, number]> {
  const [our, their]: [number[], number[]] = [[], []];
  for (const _ of numbers(ROUNDS)) {
    their.push(await cpuOf(theirs));
    our.push(await cpuOf(ours));
  }
  return [leastOf(our), leastOf(their)];
}

test(`reading ${HOSTS} reports takes at most ${MOST_READING} times the CPU of parsing them`, async () => {
  for (const text of texts) expect(readHostReport(text)).toHaveProperty("report");
  const [ours, theirs] = await compare(
    () => texts.map(readHostReport),
    () => texts.map((text) => JSON.parse(text) as unknown),
  );
  console.log(ratioText("reading reports beside parsing them", ours, theirs));
  expect(ours / theirs).toBeLessThanOrEqual(MOST_READING);
});

/** Serves the reports with the time of each request, in a process of its own. */
const SERVER = `
const texts = await Bun.file(process.argv[1]).json();
const { port } = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: ({ url }) => new Response(
  texts[Number(new URL(url).pathname.slice(1))].replace(/"generated_at":"[^"]*"/,
    '"generated_at":"' + new Date().toISOString() + '"')) });
console.log(port);`;

const start = backgrounds();

test(`a look at ${HOSTS} hosts takes at most ${MOST_LOOKING} times the CPU of fetching and parsing`, async () => {
  const file = join(scratch(), "texts.json");
  writeFileSync(file, JSON.stringify(texts));
  const port = await start([process.execPath, "-e", SERVER, file]).firstLine();
  const sources = numbers(HOSTS).map((host) => ({
    name: `h${host}`,
    url: `http://127.0.0.1:${port}/${host}`,
  }));
  const clock = hostClock();
  const stop = new AbortController().signal;
  const view = createSourceView({ sources, clock, stop, lostAfter: 1, skewMs: 60_000 });
  const look = createFleetReporter(view, clock);
  expect((await look()).report.summary.hosts.live).toBe(HOSTS);
  const [ours, theirs] = await compare(look, async () => {
    for (let at = 0; at < HOSTS; at += 32)
      await Promise.all(
        sources.slice(at, at + 32).map(async ({ url }) => (await fetch(url)).json()),
      );
  });
  console.log(ratioText("a look beside fetching and parsing", ours, theirs));
  expect(ours / theirs).toBeLessThanOrEqual(MOST_LOOKING);
});
