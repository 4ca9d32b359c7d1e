import type { PushState } from "../state.ts";
import type { Change } from "../store.ts";
import { disagreement } from "./agree.ts";

type Use = Pick<PushState<never>, "screens" | "memories" | "say" | "now">;
type OfDevice = { readonly deviceId: string; readonly name: string };

/** Makes a device's screen agree with what its app knows of these notifications, and says what a person sees of it. */
export type KeepScreen = (device: OfDevice, ids: Iterable<string>, lastToast: number) => Change[];

/** For the devices of one push service. */
export const screenKeeper =
  ({ screens, memories, say, now }: Use): KeepScreen =>
  ({ deviceId, name }, ids, lastToast) => {
    const known = memories.known(deviceId);
    const { shown, hidden } = disagreement({ ids, known, screen: screens.of(deviceId), lastToast, now: now() });
    const numbers = hidden.map(({ number }) => number);
    for (const { content } of hidden) say(name, `hides ${content}`);
    const changes = screens.hide(deviceId, numbers);
    return [
      ...changes,
      ...shown.flatMap(({ known: { id, content, displayUntil }, instead }) => {
        const isNews = instead?.content !== content;
        if (isNews) say(name, `shows ${content}`);
        // The tag stays: what the system draws next under it takes this one's place, also where it names no id.
        return screens.show(deviceId, {
          id,
          ...(instead?.topic !== undefined && { topic: instead.topic }),
          ...(instead && !isNews && instead.seq !== undefined && { seq: instead.seq }),
          at: instead && !isNews ? instead.at : new Date(now()).toISOString(),
          content,
          expires: displayUntil,
        });
      }),
    ];
  };
