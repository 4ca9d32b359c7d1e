/** What a text says in JSON; undefined where it is none. `JSON.parse` would quote it in its error. */
export const jsonIn = (text: string): unknown => {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
};
