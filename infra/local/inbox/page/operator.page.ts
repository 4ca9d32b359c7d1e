import { element, setText, setChildren } from "../../../../shared/client/inbox/element.page.ts";
import { figuresOf, deadLetterLine } from "./figures.ts";
import type { ToldOverview } from "../told.ts";

/** What an operator looks at: how much waits, what became of deliveries, what failed for good. */
export const newOperatorPanel = (section: HTMLElement): { readonly draw: (overview: ToldOverview) => void } => {
  const figures = element("dl", { class: "figures" });
  const faults = element("p", { class: "fault" });
  const letters = element("ul", { class: "letters", role: "list" });
  const lettersHeading = element("h3", {}, "Dead letters");
  const note = element(
    "p",
    { class: "note" },
    "A message that failed ten times waits there for you: ",
    element("code", {}, "npm run ops -- dead-letters"),
    " looks at it, and sends it again.",
  );
  section.append(figures, faults);
  const drawn = new Map<string, { readonly item: HTMLElement; readonly value: HTMLElement }>();

  return {
    draw: (overview) => {
      const shown = figuresOf(overview).map(({ name, count }) => {
        const figure = drawn.get(name) ?? newFigure(name);
        drawn.set(name, figure);
        setText(figure.value, count.toLocaleString());
        return figure.item;
      });
      setChildren(figures, shown);
      const told = [overview.queue.fault, overview.outcomes.fault, overview.deadLetters.fault];
      setText(faults, [...new Set(told.filter((fault) => fault !== null))].join(" "));
      const dead = overview.deadLetters.value ?? [];
      letters.replaceChildren(...dead.map((letter) => element("li", {}, deadLetterLine(letter))));
      if (dead.length > 0) section.append(lettersHeading, letters, note);
      else for (const part of [lettersHeading, letters, note]) part.remove();
    },
  };
};

const newFigure = (name: string) => {
  const value = element("dd");
  return { item: element("div", {}, element("dt", {}, name), value), value };
};
