type IsTaken = (name: string) => boolean;

/** `base-1`, `base-2` and so on, taken ones left out. */
export const numberedNames = (base: string, isTaken: IsTaken): (() => string) => {
  let number = 0;
  const numbered = (): string => `${base}-${number}`;
  return () => {
    do number += 1;
    while (isTaken(numbered()));
    return numbered();
  };
};

/** A single device gets the name asked for, if it is free; else names are numbered, by platform where none was asked for. */
export const freeNames = (
  name: string | undefined,
  count: number,
  platformType: string,
  isTaken: IsTaken,
): (() => string) =>
  name !== undefined && count === 1 && !isTaken(name)
    ? () => name
    : numberedNames(name ?? platformType.toLowerCase(), isTaken);
