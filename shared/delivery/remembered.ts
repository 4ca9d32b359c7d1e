/**
 * A thing for each name, made when first asked for. Of more than `most`, the one is forgotten that was not asked for for longest, of
 * those that are not in use.
 */
export const remembered = <T>(
  most: number,
  make: (name: string) => T,
  isInUse: (thing: T) => boolean = () => false,
) => {
  // A map keeps the order of insertion, so the first is the one not asked for for longest.
  const things = new Map<string, T>();
  return {
    of: (name: string): T => {
      const thing = things.get(name) ?? make(name);
      things.delete(name);
      things.set(name, thing);
      if (things.size > most) forgetOne(things, name, isInUse);
      return thing;
    },
    all: (): Iterable<T> => things.values(),
  };
};

const forgetOne = <T>(things: Map<string, T>, asked: string, isInUse: (thing: T) => boolean): void => {
  for (const [name, thing] of things) {
    if (name !== asked && !isInUse(thing)) return void things.delete(name);
  }
};
