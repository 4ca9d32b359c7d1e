import { Session, type Profiler } from "node:inspector/promises";
import { partOf, type Frame } from "./parts.ts";

/** Of the main thread's time, what share (0 to 1) went where. */
export type Part = { readonly name: string; readonly share: number };

/** Samples the main thread while something is done. */
export type MainThread = {
  /** Does it, and remembers where the time went; not the time in which there was nothing to do. */
  readonly during: <T>(work: () => Promise<T>) => Promise<T>;
  /** All that was remembered, the largest part first. */
  readonly parts: () => readonly Part[];
};

const everyMicroseconds = 200;

/** The profiler of this process, which is this thread's. */
export const mainThread = async (): Promise<MainThread> => {
  const session = new Session();
  session.connect();
  await session.post("Profiler.enable");
  await session.post("Profiler.setSamplingInterval", { interval: everyMicroseconds });
  const sums = new Map<string, number>();
  return {
    during: async (work) => {
      await session.post("Profiler.start");
      const result = await work();
      const { profile } = await session.post("Profiler.stop");
      addTo(sums, profile);
      return result;
    },
    parts: () => {
      const all = [...sums.values()].reduce((sum, one) => sum + one, 0);
      return [...sums].map(([name, sum]) => ({ name, share: sum / all })).sort((a, b) => b.share - a.share);
    },
  };
};

/** Whoever does not ask. */
export const unwatched: Pick<MainThread, "during"> = { during: (work) => work() };

const addTo = (sums: Map<string, number>, { nodes, samples = [], timeDeltas = [] }: Profiler.Profile): void => {
  const named = names(nodes);
  for (const [index, id] of samples.entries()) {
    const name = named.get(id);
    // A delta is the time up to its sample: how long this one's went on is told by the next.
    if (name !== undefined) sums.set(name, (sums.get(name) ?? 0) + (timeDeltas[index + 1] ?? 0));
  }
};

/** The part of each node of the tree, by the frames from it up to the root. Nodes of idle time have none. */
const names = (nodes: readonly Profiler.ProfileNode[]): ReadonlyMap<number, string> => {
  const parents = new Map<number, Profiler.ProfileNode>();
  for (const node of nodes) for (const child of node.children ?? []) parents.set(child, node);
  const named = new Map<number, string>();
  for (const node of nodes) {
    const stack: Frame[] = [];
    for (let one: Profiler.ProfileNode | undefined = node; one; one = parents.get(one.id)) stack.push(one.callFrame);
    const name = partOf(stack);
    if (name !== undefined) named.set(node.id, name);
  }
  return named;
};
