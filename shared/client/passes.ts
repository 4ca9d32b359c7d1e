import type { Answer } from "./feed-api.ts";

type Pass = Promise<Answer<undefined>>;

/**
 * One pass at a time. Whoever asks for one while one is under way gets the next: theirs may have begun too early for what they did. `begin`
 * never rejects.
 */
export const passes = (begin: () => Pass): (() => Pass) => {
  let current: Pass | undefined;
  let next: Pass | undefined;
  const start = (): Pass => {
    next = undefined;
    return (current = begin().finally(() => (current = undefined)));
  };
  return () => (current ? (next ??= current.then(start)) : start());
};
