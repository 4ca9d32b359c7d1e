import type { Mutant } from "./mutant.ts";

/** Rules of the feed, of what guards its rows, and of the API over it, broken. */
export const mutantsOfTheFeed: readonly Mutant[] = [
  {
    name: "a repeat under an Idempotency-Key does not send its message again",
    from: 122,
    file: "functions/api/create-notification.ts",
    find: "      const accepted = await use.feed.accept(feed, draft, once);\n",
    replace: `      const cameAt = use.clock.now();
      const accepted = await use.feed.accept(feed, draft, once);
      if (accepted.acceptedAt < cameAt) return answer(accepted, {
        status: accepted.isNew || use.always201 ? 201 : 200,
        base,
        user,
      });\n`,
  },
  {
    name: "a repeated PATCH does not send its tap again",
    isRare: true,
    from: 1_115,
    file: "functions/api/feed/change-notification.ts",
    find: "      const [changed] = await use.feed.change(place.feed, [id], change, isMet && { isMet });\n",
    replace: `      const cameAt = use.clock.now();
      const [changed] = await use.feed.change(place.feed, [id], change, isMet && { isMet });
      if (changed && (changed.modifiedAt ?? 0) < cameAt) return entityAnswer(changed, use.clock.now());\n`,
  },
  {
    name: "a repeated DELETE does not send its tap again",
    from: 728,
    file: "functions/api/feed/remove-notification.ts",
    find: "      const tombstone = await use.feed.remove(place.feed, id, isMet);\n",
    replace: `      const cameAt = use.clock.now();
      const tombstone = await use.feed.remove(place.feed, id, isMet);
      if (tombstone && (tombstone.modifiedAt ?? 0) < cameAt) return { status: 204 };\n`,
  },
  {
    name: "prunes whatever row stands there now",
    from: 102,
    file: "shared/subscription/subscriptions.table.ts",
    find: `{ kind: "replace", row: withoutChannel(stored), ifMatch: stored.etag }`,
    replace: `{ kind: "put", row: withoutChannel(stored) }`,
  },
  {
    name: "trusts the user's writes as this instance last knew them",
    file: "shared/feed/write-turns.table.ts",
    find: "    const decision = decide(found, { feed, head, limits, now });\n",
    replace: `    const known = ((use as any).known ??= new Map());
    const stale = { ...head, usage: known.get(feed) ?? head.usage };
    const decision = decide(found, { feed, head: stale, limits, now });
    if (decision.kind === "write") known.set(feed, decision.head.usage);\n`,
    from: 6,
  },
  {
    name: "writes the head over what another writer made of it",
    from: 169,
    file: "shared/feed/write-turns.table.ts",
    find: "over(headFound, headRow(feed, { ...head, ...decision.head, at: now, stamps })),",
    replace: `{ kind: "put", row: headRow(feed, { ...head, ...decision.head, at: now, stamps }) },`,
  },
  {
    name: "a delta's mark is read after its changes were",
    file: "shared/feed/delta.table.ts",
    find: "  const markOf = (version: number): Mark => ({ epoch: head.epoch, version });\n",
    replace: `  const later = await use.feeds.find(feed, headKey);
  const markOf = (version: number): Mark => ({
    epoch: head.epoch,
    version: version === end && later ? headOf(later).version : version,
  });\n`,
    from: 24,
  },
];
