import { applyContent } from "../../../shared/client/apply-content.ts";
import { applyPage, startOver } from "../../../shared/client/apply-page.ts";
import { addEdit, editDone, editDropped, forget } from "../../../shared/client/edits.ts";
import { nothingKnown, type Edit, type LocalState } from "../../../shared/client/local-state.ts";
import type { StateChange, UserNotification } from "../../../shared/client/notification.ts";
import { parsePushMessage } from "../../../shared/client/push-message.ts";
import { viewOf } from "../../../shared/client/view.ts";
import type { ModelFeed } from "../model-feed.ts";

/** The least that reads a feed by the rules: no stores, no locks, and answers that come when the test lets them, any number of times. */
export const reader = (feed: ModelFeed) => {
  let state: LocalState = nothingKnown;

  /** Asks for the next page now; what is returned lays the answer down. */
  const ask = () => {
    const asked = state;
    const answer = feed.delta(asked.link);
    return () => {
      state = answer.kind === "ok" ? applyPage(state, answer.value, asked) : startOver(state, asked);
    };
  };

  /** Sends one edit now; what is returned lays the answer down. Undefined when it cannot be sent before more is read. */
  const send = ({ id, number, change }: Edit) => {
    const etag = state.known.get(id)?.etag;
    if (etag === undefined) return undefined;
    if (change === "delete") {
      const { kind } = feed.remove(id, etag);
      return () => {
        if (kind === "ok" || kind === "not-found") state = forget(state, id);
      };
    }
    const answer = feed.change(id, change, etag);
    return () => {
      if (answer.kind === "ok") state = editDone(state, number, answer.value);
      else if (answer.kind === "not-found") state = forget(state, id);
      else if (answer.kind !== "changed") state = editDropped(state, number);
    };
  };

  let asked = 0;
  const endPass = (): void => {
    do {
      asked += 1;
      if (asked > 1_000) throw new Error("It does not come to an end.");
      ask()();
    } while (state.mark === undefined);
  };
  /** A pass that was begun earlier ends where the feed was then, so that another follows. */
  const readToTheEnd = (): void => {
    if (state.mark === undefined) endPass();
    endPass();
  };

  return {
    state: () => state,
    ask,
    send,
    /** Whether a push was applied. */
    push: (text: string): boolean => {
      const message = parsePushMessage(text);
      const before = state;
      if (message?.kind === "content") state = applyContent(state, message);
      return state !== before;
    },
    edit: (id: string, change: StateChange | "delete"): void => {
      state = addEdit(state, id, change);
    },
    view: (): readonly UserNotification[] => viewOf(state, feed.now()),
    readToTheEnd,
    /** Reads, and sends what is to be sent, until there is nothing left of either. */
    settle: (): void => {
      readToTheEnd();
      while (state.edits[0]) {
        send(state.edits[0])?.();
        readToTheEnd();
      }
    },
  };
};
