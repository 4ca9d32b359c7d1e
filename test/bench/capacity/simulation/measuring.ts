import { stepSeconds, stepsOf } from "./clock.ts";
import { tally, type Messages } from "./waiting.ts";

/** What a simulation tells. */
export type Story = {
  /** Until nothing waited any more. */
  readonly seconds: number;
  /** Since then nobody who was refused, or belongs to the burst, waits outside. */
  readonly callersInAt: number;
  readonly accepted: number;
  readonly delivered: number;
  /** From when a message was due to its run, seconds. */
  readonly age: { readonly p50: number; readonly p99: number; readonly most: number };
  /** The share of pushes that arrived within half a minute of the POST that was accepted. */
  readonly within30s: number;
  readonly waitingMost: number;
  readonly instancesMost: number;
  /** Seconds of instances that were there. */
  readonly instanceSeconds: number;
  readonly refused: Refused & { readonly posts: number };
  /** Messages sent for retries. */
  readonly retries: number;
  /** Every half minute. */
  readonly course: readonly Sample[];
};

type Refused = { readonly sends: number; readonly receives: number; readonly tables: number; readonly pushes: number };
type Ending = Pick<Story, "seconds" | "callersInAt"> & { readonly refusedPosts: number };
type Sample = { readonly second: number; readonly waiting: number; readonly instances: number };

const sampleSteps = stepsOf(30);

/** Gathers what happened. */
export const measuring = () => {
  const ages = tally();
  const latencies = tally();
  const course: Sample[] = [];
  const most = { waiting: 0, instances: 0 };
  const sums = { accepted: 0, delivered: 0, retries: 0, instanceSteps: 0 };
  const refused = { sends: 0, receives: 0, tables: 0, pushes: 0 };
  return {
    accepted: (count: number): void => void (sums.accepted += count),
    retried: (count: number): void => void (sums.retries += count),
    refused: (what: keyof Refused, count: number): void => void (refused[what] += count),
    ran: (step: number, { count, since, acceptedAt }: Messages, delivered: number): void => {
      ages.add((step - since) * stepSeconds, count);
      latencies.add((step - acceptedAt) * stepSeconds, delivered);
      sums.delivered += delivered;
    },
    step: (step: number, waiting: number, instances: number): void => {
      most.waiting = Math.max(most.waiting, waiting);
      most.instances = Math.max(most.instances, instances);
      sums.instanceSteps += instances;
      if (step % sampleSteps === 0) course.push({ second: step * stepSeconds, waiting, instances });
    },
    story: ({ seconds, callersInAt, refusedPosts }: Ending): Story => ({
      seconds,
      callersInAt,
      accepted: sums.accepted,
      delivered: sums.delivered,
      age: { p50: ages.quantile(0.5), p99: ages.quantile(0.99), most: ages.quantile(1) },
      within30s: latencies.within(30),
      waitingMost: most.waiting,
      instancesMost: most.instances,
      instanceSeconds: sums.instanceSteps * stepSeconds,
      refused: { ...refused, posts: refusedPosts },
      retries: sums.retries,
      course,
    }),
  };
};

export type Measured = ReturnType<typeof measuring>;
