import type { FanfareEvent } from "./events.ts";

/** What an instance holds deliveries for, as its governors have told: by kind, the names of what is open. */
export type OpenBreakers = Readonly<Record<BreakerKind, ReadonlySet<string>>>;
type BreakerKind = "origin" | "credential" | "pruning";

export const noneOpen: OpenBreakers = { origin: new Set(), credential: new Set(), pruning: new Set() };

/** However many hosts strangers find that are allowed, no more of them are remembered: the oldest go. */
const rememberedMost = 500;

/** How things stand after this event; the same value where it changes nothing. */
export const afterEvent = (open: OpenBreakers, event: FanfareEvent): OpenBreakers => {
  switch (event.event) {
    case "origin-down":
      return opened(open, "origin", event.origin);
    case "origin-up":
      return closed(open, "origin", event.origin);
    case "credential-refused":
      return opened(open, "credential", `${event.credential} ${event.origin}`);
    case "credential-accepted":
      return closed(open, "credential", `${event.credential} ${event.origin}`);
    case "pruning-stopped":
      return opened(open, "pruning", `${event.credential} ${event.answer}`);
    case "pruning-resumed":
      return closed(open, "pruning", `${event.credential} ${event.answer}`);
    default:
      return open;
  }
};

const opened = (open: OpenBreakers, kind: BreakerKind, name: string): OpenBreakers => {
  const names = [...open[kind], name].slice(-rememberedMost);
  return { ...open, [kind]: new Set(names) };
};

const closed = (open: OpenBreakers, kind: BreakerKind, name: string): OpenBreakers => ({
  ...open,
  [kind]: new Set([...open[kind]].filter((one) => one !== name)),
});
