/**
 * All tasks that worker threads of these programs run.
 *
 * @module
 */
import { createDiskTaskRunner, type DiskTask } from "./disk-worker.ts";
import { createEndpointTaskRunner, type EndpointTask } from "./endpoint-tasks.ts";
import { runStoreTask, type StoreTask } from "./store-worker.ts";
import { handleTasks } from "./worker.ts";

/** Runs tasks; a script calls it when it is not the main thread. */
export function runAsWorker(): void {
  const runDiskTask = createDiskTaskRunner();
  const runEndpointTask = createEndpointTaskRunner();
  handleTasks((task: DiskTask | EndpointTask | StoreTask) => {
    if ("scan" in task || "nextPart" in task || "beat" in task) return runDiskTask(task);
    const isStoreTask = "recordsOf" in task || "supervisionOf" in task || "order" in task;
    return isStoreTask ? runStoreTask(task) : runEndpointTask(task);
  });
}
