/**
 * A cron job and its record, without a disk and without processes. Times are seconds after its start.
 *
 * @module
 */
import type { JobRecord } from "../../lib/contract/job.ts";
import type { Liveness } from "../../lib/contract/process-identity.ts";
import { judgeJob } from "../../lib/jobs/rules/dead-man.ts";
import type { Declared } from "../../lib/jobs/rules/declaration.ts";
import { begunRuns } from "../../lib/jobs/rules/job-history.ts";
import {
  endRecord,
  type JobEnd,
  messageRecord,
  reportRecord,
  skipRecord,
  startRecord,
} from "../../lib/jobs/rules/job-record.ts";

const START = Date.parse("2026-03-01T12:00:00.000Z");
export const HOUR = 3600;
export const when = (seconds: number) => new Date(START + 1000 * seconds);

/** A job that runs each hour unless it is declared otherwise; its runs have names. */
export class SimulatedJob {
  constructor(
    private readonly declared: Declared = { interval_seconds: HOUR, grace_seconds: 60 },
  ) {}

  record: JobRecord | undefined;
  /** When its pause ends or ended. */
  pausedUntil: number | undefined;
  readonly gone = new Set<string>();
  readonly unseen = new Set<string>();
  readonly #starts = new Map<string, number>();

  start(id: string, at: number) {
    this.#starts.set(id, at);
    const isOver = ({ run_id = "" }) => this.gone.has(run_id);
    this.record = startRecord(this.record, this.#run(id), when(at), isOver);
    return this;
  }
  end(id: string, at: number, status: JobEnd["status"] = "ok") {
    const began = this.#starts.get(id) ?? 0;
    const exit_code = status === "ok" ? 0 : 1;
    const how = { status, exit_code, duration_ms: 1000 * (at - began), endedAt: when(at) };
    const end = { ...how, now: when(at) };
    this.record = endRecord(this.record, this.#run(id), when(began), end);
    return this;
  }
  kill(id: string) {
    this.gone.add(id);
    return this;
  }
  message(id: string, text: string) {
    this.record = messageRecord(this.record, this.#run(id), text);
    return this;
  }
  skip(at: number) {
    this.record = skipRecord(this.record, this.#run("skipped"), when(at));
    return this;
  }
  report(status: JobRecord["status"], at: number) {
    const timestamp = when(at).toISOString();
    const report = { job: "x", status, timestamp, run_id: `at ${at}` };
    this.record = reportRecord(this.record, report);
    return this;
  }
  at(seconds: number) {
    const value = this.record ?? { job: "x", status: "ok", timestamp: when(0).toISOString() };
    const runs = begunRuns(value).map((run) => {
      const age = seconds - (Date.parse(run.started_at) - START) / 1000;
      return { run, process: this.#liveness(run.run_id ?? ""), age };
    });
    const pausedUntil = this.pausedUntil === undefined ? undefined : +when(this.pausedUntil);
    const facts = { job: "x", record: { outcome: "read", value }, runs, pausedUntil } as const;
    return judgeJob(facts, { now: when(seconds), skewSeconds: 60 });
  }
  #liveness(id: string): Liveness {
    if (this.gone.has(id)) return "gone";
    return this.unseen.has(id) || id.startsWith("at ") ? "unknown" : "alive";
  }
  #run(run_id: string) {
    return {
      job: "x",
      run_id,
      pid: 1,
      pid_start: 1,
      declared: this.declared,
    };
  }
}
