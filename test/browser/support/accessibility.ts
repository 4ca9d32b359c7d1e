import { mkdir } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import axe from "axe-core";
import type { Page } from "puppeteer-core";
import { expect } from "vitest";

const folder = fileURLToPath(new URL("../../../dist/test/screenshots/", import.meta.url));

const looks = [
  { name: "wide-light", width: 1400, height: 900, scheme: "light" },
  { name: "wide-dark", width: 1400, height: 900, scheme: "dark" },
  { name: "phone-light", width: 360, height: 740, scheme: "light" },
  { name: "phone-dark", width: 360, height: 740, scheme: "dark" },
] as const;

/**
 * Looks at a page as it stands, light and dark, on a phone and on a wide screen: an accessibility checker finds nothing that matters,
 * nothing is wider than the screen or moves for whoever wants no motion, and a picture is kept in `dist/test/screenshots` for a person
 * to look at.
 */
export const looksRight = async (page: Page, name: string): Promise<void> => {
  await mkdir(folder, { recursive: true });
  for (const { name: look, width, height, scheme } of looks) {
    await page.emulateMediaFeatures([
      { name: "prefers-color-scheme", value: scheme },
      // A picture half way through an animation shows colours nobody sees.
      { name: "prefers-reduced-motion", value: "reduce" },
    ]);
    await page.setViewport({ width, height });
    await page.screenshot({ path: `${folder}${name}-${look}.png`, fullPage: true });
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    expect(overflow, `${name}, ${look}: wider than the screen`).toBeLessThanOrEqual(0);
    expect(await violations(page), `${name}, ${look}`).toEqual([]);
  }
  expect(await moving(page), `${name}: moves`).toEqual([]);
};

/** What would move, in the page and in its elements. */
const moving = (page: Page): Promise<readonly string[]> =>
  page.evaluate(() => {
    const below = (root: ParentNode): readonly Element[] =>
      [...root.querySelectorAll("*")].flatMap((one) => [one, ...(one.shadowRoot ? below(one.shadowRoot) : [])]);
    const isMoving = (one: Element): boolean => {
      const { animationName, transitionDuration, scrollBehavior } = getComputedStyle(one);
      // What is not shown, as a slotted element that has no slot now, has no style.
      return !["none", ""].includes(animationName) || /[1-9]/.test(transitionDuration) || scrollBehavior === "smooth";
    };
    return below(document)
      .filter(isMoving)
      .map((one) => `${one.localName}.${one.className}`);
  });

const violations = async (page: Page): Promise<readonly string[]> => {
  await page.evaluate(axe.source);
  const found = await page.evaluate(async () => {
    const checker = (globalThis as unknown as { readonly axe: typeof axe }).axe;
    return (await checker.run(document)).violations.map(({ id, impact, help, nodes }) => ({
      impact,
      told: `${id}: ${help}: ${nodes.map(({ target, any }) => `${target.join(" ")} ${any.map(({ message }) => message).join()}`).join("; ")}`,
    }));
  });
  return found.flatMap(({ impact, told }) => (impact === "serious" || impact === "critical" ? [told] : []));
};
