import type { Declared } from "./declared.ts";

/** Whether a parameter takes a value, by its decorators `@allowed`, `@minValue`, `@maxValue`, `@minLength` and `@maxLength`. */
export const isAllowed = ({ decorators }: Declared, value: unknown): boolean => {
  const { allowed, minValue, maxValue, minLength, maxLength } = decorators;
  const size = typeof value === "string" || Array.isArray(value) ? value.length : 0;
  return (
    (allowed === undefined || valuesIn(allowed[0]).includes(value)) &&
    isWithin(Number(value), minValue, maxValue) &&
    isWithin(size, minLength, maxLength)
  );
};

type Bound = readonly string[] | undefined;
const isWithin = (value: number, least: Bound, most: Bound): boolean =>
  (least === undefined || value >= Number(least[0])) && (most === undefined || value <= Number(most[0]));

/** `['a', 'b']` or `[1, 2]`, as Bicep writes lists of literals. */
const valuesIn = (list = "[]"): readonly unknown[] => {
  const values: unknown = JSON.parse(list.replaceAll("'", '"'));
  return Array.isArray(values) ? values : [];
};
