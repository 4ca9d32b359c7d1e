/** Line drawings of 24 by 24, in the colour of the text around them. */
const drawings = {
  check: "M5 12.5l4.5 4.5L19 7.5",
  dot: "M12 8a4 4 0 1 0 0 8a4 4 0 1 0 0-8",
  disc: "M12 3a9 9 0 1 0 0 18a9 9 0 1 0 0-18",
  cross: "M6.5 6.5l11 11M17.5 6.5l-11 11",
  back: "M9 7l-5 5 5 5M4 12h10a6 6 0 0 1 6 6",
  bin: "M5 7h14M10 7V4.5h4V7M7 7l1 12.5h8L17 7M10.5 10.5V16M13.5 10.5V16",
  outside: "M14 5h5v5M19 5l-8 8M17 14v5H5V7h5",
} as const;

export type IconName = keyof typeof drawings;

/** A drawing that says nothing to a screen reader: what it stands for is said in words beside it. */
export const icon = (name: IconName): SVGSVGElement => {
  const namespace = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(namespace, "svg");
  const path = document.createElementNS(namespace, "path");
  path.setAttribute("d", drawings[name]);
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  svg.setAttribute("class", name);
  svg.append(path);
  return svg;
};
