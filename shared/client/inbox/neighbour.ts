/**
 * Where the keyboard goes on when the item it was at is gone: to the next one that is still there, else to the one before, else
 * nowhere (undefined). An item that is still there keeps it.
 */
export const neighbourOf = (at: string, before: readonly string[], after: readonly string[]): string | undefined => {
  const stays = new Set(after);
  if (stays.has(at)) return at;
  const place = before.indexOf(at);
  if (place < 0) return undefined;
  return before.slice(place + 1).find((id) => stays.has(id)) ?? before.slice(0, place).findLast((id) => stays.has(id));
};
