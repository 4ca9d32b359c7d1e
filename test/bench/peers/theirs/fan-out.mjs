// One job for each notification. What fails for a while is tried again, with backoff, for the devices that have not had it.
import { Queue, Worker } from "bullmq";

const queueName = "notifications";
const defaultJobOptions = {
  attempts: 10,
  backoff: { type: "exponential", delay: 1_000, jitter: 0.5 },
  removeOnComplete: true,
  removeOnFail: { count: 10_000 },
};
const jobsAtOnce = 32;

/** `pushAll` pushes a text to subscriptions, and resolves to what became of each: "delivered", "gone", "refused" or "failed". */
export const fanOut = ({ connection, store, pushAll }) => {
  const queue = new Queue(queueName, { connection, defaultJobOptions });

  const run = async (job) => {
    const { id, waiting } = job.data;
    const { user, rawContent } = await store.find(id);
    if (!user) return;
    const all = await store.subscriptionsOf(user);
    const wanted = waiting ? all.filter(([deviceId]) => waiting.includes(deviceId)) : all;
    const became = await pushAll(
      wanted.map(([, subscription]) => subscription),
      JSON.stringify({ id, rawContent }),
    );
    const those = (outcome) => wanted.flatMap(([deviceId], index) => (became[index] === outcome ? [deviceId] : []));
    const gone = those("gone");
    if (gone.length > 0) await store.forget(user, gone);
    const failed = those("failed");
    if (failed.length > 0) {
      await job.updateData({ id, waiting: failed });
      throw new Error(`${failed.length} of ${wanted.length} pushes failed`);
    }
    await store.markDone(id);
  };

  const worker = new Worker(queueName, run, { connection, concurrency: jobsAtOnce });
  worker.on("error", (error) => console.error(error.message));
  worker.on("failed", (job, error) => console.error(job?.id, error.message));
  return { queue, worker };
};
