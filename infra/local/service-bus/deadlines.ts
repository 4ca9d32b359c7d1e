/** Something will be due: when (milliseconds since 1970), and for which message. */
export type Deadline = { readonly at: number; readonly sequence: number };

/**
 * What falls due next, earliest first (at the same time: lower sequence first). A deadline is never taken back: whoever takes one
 * asks `isLive` whether it still means anything. Dead ones are swept out when they outnumber the living, so the memory held follows
 * the number of living messages even when every message had a time to live of days.
 */
export type Deadlines = {
  readonly add: (deadline: Deadline) => void;
  /** Removes and returns the earliest living deadline that is not after `now`. */
  readonly takeDue: (now: number) => Deadline | undefined;
  /** The time of the earliest living deadline. */
  readonly next: () => number | undefined;
  readonly size: () => number;
};

const sweepAbove = 1024;

export const deadlines = (isLive: (deadline: Deadline) => boolean): Deadlines => {
  let heap: Deadline[] = [];
  let living = 0;

  const dropDead = (): Deadline | undefined => {
    for (;;) {
      const top = heap[0];
      if (!top || isLive(top)) return top;
      removeTop(heap);
    }
  };

  return {
    size: () => heap.length,
    add: (deadline) => {
      if (heap.length > sweepAbove && heap.length > 2 * living) {
        // An array in ascending order is a heap.
        heap = heap.filter(isLive).sort((a, b) => (isBefore(a, b) ? -1 : 1));
        living = heap.length;
      }
      heap.push(deadline);
      siftUp(heap);
    },
    takeDue: (now) => {
      const top = dropDead();
      if (!top || top.at > now) return undefined;
      removeTop(heap);
      return top;
    },
    next: () => dropDead()?.at,
  };
};

const isBefore = (a: Deadline, b: Deadline): boolean => a.at < b.at || (a.at === b.at && a.sequence < b.sequence);

const siftUp = (heap: Deadline[]): void => {
  let child = heap.length - 1;
  while (child > 0) {
    const parent = (child - 1) >>> 1;
    if (!swapIfBefore(heap, child, parent)) return;
    child = parent;
  }
};

const removeTop = (heap: Deadline[]): void => {
  const last = heap.pop();
  if (!last || heap.length === 0) return;
  heap[0] = last;
  let parent = 0;
  for (;;) {
    const left = 2 * parent + 1;
    const [one, other] = [heap[left], heap[left + 1]];
    if (!one) return;
    const child = other && isBefore(other, one) ? left + 1 : left;
    if (!swapIfBefore(heap, child, parent)) return;
    parent = child;
  }
};

const swapIfBefore = (heap: Deadline[], child: number, parent: number): boolean => {
  const [lower, upper] = [heap[child], heap[parent]];
  if (!lower || !upper || !isBefore(lower, upper)) return false;
  heap[child] = upper;
  heap[parent] = lower;
  return true;
};
