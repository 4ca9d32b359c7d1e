import type { Random } from "../../../simulation/random.ts";

/** So many and more are taken for normally distributed: whoever counts millions cannot ask for each. */
const many = 40;

/** How many come in a step, of whom so many come in the mean, each for itself. */
export const poisson = (random: Random, mean: number): number => {
  if (mean >= many) return Math.max(0, Math.round(mean + Math.sqrt(mean) * normal(random)));
  let count = 0;
  for (let left = Math.exp(-mean), product = random.next(); product > left; product *= random.next()) count += 1;
  return count;
};

/** Of how many of so many it is true, if it is of each in this part of all cases. */
export const binomial = (random: Random, count: number, part: number): number => {
  if (part <= 0 || count <= 0) return 0;
  if (part >= 1) return count;
  if (count < many) {
    let hits = 0;
    for (let one = 0; one < count; one += 1) if (random.chance(part)) hits += 1;
    return hits;
  }
  const guess = Math.round(count * part + Math.sqrt(count * part * (1 - part)) * normal(random));
  return Math.min(count, Math.max(0, guess));
};

/** A number with a fraction as a whole one that is the same in the mean. */
export const wholeOf = (random: Random, number: number): number =>
  Math.floor(number) + (random.chance(number % 1) ? 1 : 0);

/** Box and Muller's, from two numbers in [0, 1). */
const normal = (random: Random): number =>
  Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next());
