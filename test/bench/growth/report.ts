import { median } from "../statistics.ts";
import { textTable } from "../text-table.ts";
import type { Linearity } from "./devices.ts";
import type { Flatness } from "./flatness.ts";
import { steps } from "./life.ts";
import type { Axis } from "./options.ts";

const spread = (ratios: readonly number[]): string =>
  `${median(ratios).toFixed(2)} (${Math.min(...ratios).toFixed(2)} to ${Math.max(...ratios).toFixed(2)})`;

const verdict = (isMet: boolean): string => (isMet ? "met" : "MISSED");

/** Of one axis on which nothing is to grow, for people. */
export const flatnessReport = (axis: Exclude<Axis, "devices">, place: string, flatness: Flatness): string => {
  const { sizes, whole, requests, isBeside, isMet } = flatness;
  const named = sizes.map((size) => size.toLocaleString("en"));
  const costs = textTable(
    [`CPU µs, ${axis}`, ...named, "largest by smallest"],
    [
      ...flatness.steps.map(({ step, medians, ratios }) => [steps[step], ...medians.map(whole0), spread(ratios)]),
      ["all but the bare reads", ...whole.medians.map(whole0), spread(whole.ratios)],
    ],
  );
  const [first, last] = [0, sizes.length - 1];
  const asked = textTable(
    ["asked of the tables", "requests", "rows", "bytes"],
    flatness.steps.slice(0, -1).map(({ step, asked: of }) => {
      const both = (figure: "requests" | "rows" | "bytes", digits: number): string =>
        [first, last].map((at) => (of[at]?.[figure] ?? NaN).toFixed(digits)).join(" → ");
      return [steps[step], both("requests", 2), both("rows", 2), both("bytes", 0)];
    }),
  );
  return `${costs}

${asked}

Flat from ${named[first] ?? ""} to ${named[last] ?? ""} (${axis}, tables ${place}), within 15 %: ${verdict(isMet)}. CPU ${isBeside ? `beside bare reads, which grew as well, ${spread(whole.besideBare)}` : spread(whole.ratios)}, requests ${requests.ratio.toFixed(2)}.
`;
};

const whole0 = (value: number): string => value.toFixed(0);

/** Of the axis on which cost is to grow in proportion, for people. */
export const linearityReport = ({ medians, line, worstOfRounds, missing, isMet }: Linearity): string => {
  const table = textTable(
    ["devices", "CPU µs a notification", "of the line", "a device"],
    medians.map(({ x, y }) => [
      String(x),
      whole0(y),
      `${((y / (line.base + line.slope * x) - 1) * 100).toFixed(1)} %`,
      whole0(y / x),
    ]),
  );
  const worst = [Math.min(...worstOfRounds), Math.max(...worstOfRounds)].map((share) => (share * 100).toFixed(0));
  return `${table}

Linear to 50 devices, no count more than 15 % off ${whole0(line.base)} + ${whole0(line.slope)} a device: ${verdict(isMet)}. ${(line.worst * 100).toFixed(1)} % off by medians; by single rounds ${worst.join(" to ")} %.
${missing === 0 ? "Every push reached its device as it should be." : `MISSING: ${missing} pushes did not reach their device, or not as they should be.`}
`;
};
