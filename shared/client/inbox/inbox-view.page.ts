import { element, setAttribute, setChildren, setText } from "./element.page.ts";
import type { InboxFilter } from "./filter.ts";
import { focusKept } from "./focus.page.ts";
import { newInboxParts, type InboxParts } from "./inbox-parts.page.ts";
import { newRowView, type RowSurroundings, type RowView } from "./row-view.page.ts";
import type { Row } from "./row.ts";
import type { Trouble } from "./trouble.ts";
import type { Undoable } from "./undo.ts";

/** Everything that is to be seen of an inbox. */
type InboxModel = RowSurroundings & {
  /** There is nothing to show yet. */
  readonly isLoading: boolean;
  readonly filter: InboxFilter;
  readonly rows: readonly Row[];
  /** How many more the filter lets through. */
  readonly hidden: number;
  readonly unread: number;
  readonly trouble: Trouble | undefined;
  /** What was done, or could not be. */
  readonly told: Pick<Undoable, "sentence" | "takeBack"> | undefined;
};

export type InboxView = {
  readonly draw: (model: InboxModel) => void;
  /** Says something to those who cannot see it. */
  readonly announce: (sentence: string) => void;
  readonly list: HTMLElement;
  readonly undoBar: HTMLElement;
};

/** The inbox below a shadow root, in place of what was there, and as little of it drawn anew as has changed. */
export const newInboxView = (root: ShadowRoot): InboxView => {
  const parts = newInboxParts();
  root.replaceChildren(parts.section);
  const views = new Map<string, RowView>();
  const rowView = (id: string): RowView => {
    const view = views.get(id) ?? newRowView(id);
    views.set(id, view);
    return view;
  };

  const drawRows = (model: InboxModel): void => {
    const shown = model.rows.map((row) => {
      const view = rowView(row.id);
      view.draw(row, model);
      return view.item;
    });
    setChildren(parts.list, shown);
    const ids = new Set(model.rows.map(({ id }) => id));
    for (const id of views.keys()) if (!ids.has(id)) views.delete(id);
  };

  return {
    draw: (model) =>
      focusKept(root, { list: parts.list, otherwise: parts.heading }, () => {
        drawRows(model);
        drawAround(parts, model);
      }),
    announce: (sentence) => {
      // The same words twice are no change, and would not be read out.
      parts.status.textContent = parts.status.textContent === sentence ? `${sentence}\u00a0` : sentence;
    },
    list: parts.list,
    undoBar: parts.undoBar,
  };
};

const drawAround = (parts: InboxParts, model: InboxModel): void => {
  const { words, isLoading, trouble, told, unread } = model;
  setText(parts.heading, words.heading);
  setText(parts.count, unread > 0 ? words.unread(unread) : "");
  setText(parts.markAllRead, words.markAllRead);
  setAttribute(parts.markAllRead, "aria-disabled", unread === 0 ? "true" : undefined);
  setAttribute(parts.filters, "aria-label", words.show);
  for (const { filter, button } of parts.filterButtons) {
    setText(button, words.filters[filter]);
    setAttribute(button, "aria-pressed", String(filter === model.filter));
  }
  setChildren(parts.header, [parts.titles, ...(isLoading ? [] : [parts.markAllRead, parts.filters])]);
  setText(parts.wrong, trouble?.sentence ?? "");
  setText(parts.tryAgain, words.tryAgain);
  setChildren(parts.notice, [parts.wrong, ...(trouble?.canTryAgain === true ? [parts.tryAgain] : [])]);
  setText(parts.done, told?.sentence ?? "");
  setChildren(parts.undoBar, [parts.done, ...(told?.takeBack ? [parts.undo] : [])]);
  setText(parts.undo, words.undo);
  setText(parts.more, words.more(model.hidden));
  setText(parts.loading, words.loading);
  setText(parts.empty, words.empty[model.filter]);
  setAttribute(parts.section, "aria-busy", isLoading ? "true" : undefined);
  setChildren(parts.body, bodyOf(parts, model));
};

const bodyOf = (parts: InboxParts, { isLoading, trouble, rows, hidden, told }: InboxModel): readonly Element[] => {
  // With trouble nobody knows whether it is empty.
  const isEmpty = rows.length === 0 && !isLoading && !trouble;
  return [
    ...(trouble ? [parts.notice] : []),
    ...(isLoading && !trouble ? [parts.loading, parts.skeleton] : []),
    ...(isEmpty ? [parts.empty] : []),
    ...(rows.length > 0 ? [parts.list] : []),
    ...(hidden > 0 ? [parts.more] : []),
    ...(told === undefined ? [] : [parts.undoBar]),
  ];
};

/** What stands there while nobody is signed in: the app's own words and button, if it puts some in the slot. */
export const drawSignedOut = (root: ShadowRoot, sentence: string): void =>
  root.replaceChildren(element("slot", { name: "signed-out" }, element("p", { class: "empty" }, sentence)));
