import { element } from "./element.page.ts";
import { inboxFilters } from "./filter.ts";
import type { InboxAct } from "./inbox-acts.ts";

/** Everything an inbox may be made of; what belongs where in any case is there already. */
export type InboxParts = ReturnType<typeof newInboxParts>;

export const newInboxParts = () => {
  const parts = {
    section: element("section", { part: "inbox", "aria-labelledby": "heading" }),
    header: element("header", { part: "header" }),
    titles: element("div", { class: "titles" }),
    heading: element("h2", { id: "heading", part: "heading", tabindex: "-1" }),
    count: element("span", { part: "count", class: "count" }),
    markAllRead: control("mark-all-read"),
    filters: element("div", { role: "group", class: "filters", part: "filters" }),
    filterButtons: inboxFilters.map((filter) => ({ filter, button: control(filter) })),
    body: element("div", { class: "body" }),
    notice: element("div", { class: "notice", part: "notice" }),
    wrong: element("span"),
    tryAgain: control("try-again"),
    list: element("ul", { role: "list", part: "list", "aria-labelledby": "heading" }),
    more: control("more"),
    empty: element("p", { class: "empty", part: "empty" }),
    loading: element("p", { class: "unseen" }),
    skeleton: skeleton(),
    undoBar: element("div", { class: "undo", part: "undo" }),
    done: element("span", { dir: "auto" }),
    undo: control("undo", { "aria-keyshortcuts": "Control+Z Meta+Z" }),
    status: element("p", { class: "unseen", role: "status" }),
  };
  parts.section.append(parts.header, parts.body, parts.status);
  parts.titles.append(parts.heading, parts.count);
  parts.filters.append(...parts.filterButtons.map(({ button }) => button));
  return parts;
};

const control = (act: InboxAct, more: Readonly<Record<string, string>> = {}): HTMLButtonElement =>
  element("button", { type: "button", part: `button button-${act}`, "data-control": act, ...more });

/** Where rows will be. */
const skeleton = (): HTMLElement => {
  const row = (): HTMLElement => element("div", {}, element("span"), element("span"));
  return element("div", { class: "skeleton", "aria-hidden": "true" }, row(), row(), row(), row());
};
