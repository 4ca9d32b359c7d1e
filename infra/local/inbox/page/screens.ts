import type { ToldDevice, ToldPlatform } from "../told.ts";

type Device = Pick<ToldDevice, "kind" | "platformType">;

/** Devices in the order of the panel: phones and PC, the virtual browser, and last the real ones, whose screens nobody sees here. */
export const inOrder = <D extends Device>(devices: readonly D[]): readonly D[] =>
  devices.toSorted((one, other) => placeOf(one) - placeOf(other));

/** What stands on a screen without toasts. */
export const saidWhenEmpty = ({ kind }: Device): string =>
  kind === "browser" ? "Shows on its own desktop" : "Nothing on the screen";

/** What is to be known of a device to understand what it shows; undefined: nothing. */
export const noteUnder = ({ kind, platformType }: Device): string | undefined =>
  kind === "virtual" && platformType === "WebPush"
    ? "A browser that is closed: what is read or dismissed elsewhere leaves its screen with its next push."
    : undefined;

const platforms: readonly ToldPlatform[] = ["iOS", "Android", "Windows", "WebPush"];

const placeOf = ({ kind, platformType }: Device): number =>
  platforms.indexOf(platformType) + (kind === "browser" ? platforms.length : 0);
