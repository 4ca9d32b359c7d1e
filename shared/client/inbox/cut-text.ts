/** A text of at most so many UTF-16 units, with an ellipsis where it was cut; never half a surrogate pair. */
export const cutText = (text: string, unitsMax: number): string =>
  text.length <= unitsMax ? text : `${text.slice(0, unitsMax).replace(/[\ud800-\udbff]$/u, "")}…`;
