/**
 * A thing for each name, made when first asked for. Of more than `most`, the one is forgotten that was not asked for for longest, of
 * those that are not in use; one that taught nothing before any other.
 */
export const remembered = <T>(
  most: number,
  make: (name: string) => T,
  isInUse: (thing: T) => boolean = () => false,
  hasTaught: (thing: T) => boolean = () => true,
) => {
  // A map keeps the order of insertion, so the first is the one not asked for for longest.
  const things = new Map<string, T>();
  let last: { readonly name: string; readonly thing: T } | undefined;
  return {
    of: (name: string): T => {
      if (last?.name === name) return last.thing; // most are asked for several times in a row
      const thing = things.get(name) ?? make(name);
      things.delete(name);
      things.set(name, thing);
      last = { name, thing };
      if (things.size > most) {
        const isSpare = (other: T): boolean => other !== thing && !isInUse(other);
        if (!forgetFirst(things, (other) => isSpare(other) && !hasTaught(other))) forgetFirst(things, isSpare);
      }
      return thing;
    },
    all: (): Iterable<T> => things.values(),
  };
};

const forgetFirst = <T>(things: Map<string, T>, isToGo: (thing: T) => boolean): boolean => {
  for (const [name, thing] of things) if (isToGo(thing)) return things.delete(name);
  return false;
};
