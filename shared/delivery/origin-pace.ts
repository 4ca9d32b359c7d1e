/** One request that is out. `isDark`: nothing was heard for a moment when it went. */
export type Begun = { readonly at: number; readonly number: number; readonly isDark: boolean };

/**
 * What an end tells of the origin: it did what it was asked, it pushed back, it said nothing in time, or nothing is known, because perhaps it was
 * never asked. `odd`: it answered, or did not, but that tells of this one device and not of the origin.
 */
export type End = "served" | "pushed-back" | "silent" | "odd-answer" | "odd-silence" | "unknown";

/** How many requests at once: `most` at all, and `darkMost` without a word from the origin. */
export type PaceLimits = { readonly most: number; readonly darkMost: number };

/** So long after an answer the origin counts as heard. */
const heardMs = 50;
/** One that takes longer to answer is slow. */
const slowMs = 500;
/** Of what is known of the usual time, the part that each new one makes up. */
const weight = 1 / 8;

/**
 * How many requests one push origin is given at once. Its limit is halved when it pushes back or says nothing in time, once for all that was out at
 * that moment, and grows by one after as many good answers as the limit is high. And whatever the limit, no more than a few go out while
 * nothing is heard: what has just begun to hang, or was never asked before, has a few to show itself, not all.
 */
export const originPace = ({ most, darkMost }: PaceLimits) => {
  /** In the order in which they went out. */
  const out = new Set<Begun>();
  let limit = most;
  let begun = 0;
  let begunBeforeCut = 0;
  let begunBeforeAnswer = 0;
  let dark = 0;
  let earned = 0;
  let usualMs = 0;
  let answeredAt = -Infinity;

  const isHeard = (now: number): boolean => now - answeredAt <= heardMs;
  const cut = (): void => {
    limit = Math.max(1, Math.floor(limit / 2));
    begunBeforeCut = begun;
    earned = 0;
  };
  const earn = (): void => {
    earned += 1;
    if (earned < limit) return;
    limit = Math.min(most, limit + 1);
    earned = 0;
  };
  /** While nothing is heard, the longest waiting of what is out counts as an answer that takes at least so long. */
  const answerMs = (now: number): number => {
    if (isHeard(now)) return usualMs;
    for (const { at } of out) return Math.max(usualMs, now - at);
    return usualMs;
  };

  return {
    limit: (): number => limit,
    out: (): number => out.size,
    answeredAt: (): number => answeredAt,
    hasAnswered: (): boolean => answeredAt !== -Infinity,
    answerMs,
    isSlow: (now: number): boolean => answerMs(now) > slowMs,
    isCut: (): boolean => limit < most,
    /** How many more may go out now. */
    room: (now: number): number => Math.max(0, Math.min(limit - out.size, isHeard(now) ? Infinity : darkMost - dark)),
    begin: (now: number): Begun => {
      begun += 1;
      const request: Begun = { at: now, number: begun, isDark: !isHeard(now) };
      if (request.isDark) dark += 1;
      out.add(request);
      return request;
    },
    end: (request: Begun, end: End, now: number): void => {
      out.delete(request);
      if (end === "served" || end === "pushed-back" || end === "odd-answer") {
        begunBeforeAnswer = begun;
        dark = 0;
        answeredAt = now;
      } else if (request.isDark && request.number > begunBeforeAnswer) dark -= 1;
      if (end !== "served" && end !== "pushed-back" && end !== "silent") return;
      usualMs += (Math.max(0, now - request.at) - usualMs) * weight;
      if (end === "served") earn();
      else if (request.number > begunBeforeCut) cut();
    },
  };
};

export type OriginPace = ReturnType<typeof originPace>;
