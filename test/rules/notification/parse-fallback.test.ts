import { expect, test } from "vitest";
import { at, fallback, parse, told, visual } from "./parsing.ts";

test("a fallback names iOS only, a delay of 60 to 600 seconds and what to show", () => {
  for (const delaySeconds of [60, 600]) {
    const fallbackPolicy = fallback({ platformTypes: ["ios"], fallbackDelayInSeconds: delaySeconds });
    expect(parse({ fallbackPolicy }).fallback).toEqual({ delaySeconds, visualContent: visual });
  }
  expect(parse({ fallbackPolicy: {} }).fallback).toBeNull();
});

const delay = "must be a whole number from 60 to 600";
test.each([
  [{ platformTypes: undefined }, `${at}.platformTypes: is required`],
  [{ platformTypes: [] }, `${at}.platformTypes: must be exactly ["iOS"]`],
  [{ platformTypes: ["Android"] }, `${at}.platformTypes: must be exactly ["iOS"]`],
  [{ platformTypes: ["iOS", "iOS"] }, `${at}.platformTypes: must be exactly ["iOS"]`],
  [{ platformTypes: ["iOS", "Windows"] }, `${at}.platformTypes: must be exactly ["iOS"]`],
  [{ platformTypes: "iOS" }, `${at}.platformTypes: must be exactly ["iOS"]`],
  [{ fallbackDelayInSeconds: undefined }, `${at}.fallbackDelayInSeconds: is required`],
  [{ fallbackDelayInSeconds: 59 }, `${at}.fallbackDelayInSeconds: ${delay}`],
  [{ fallbackDelayInSeconds: 601 }, `${at}.fallbackDelayInSeconds: ${delay}`],
  [{ fallbackDelayInSeconds: 60.5 }, `${at}.fallbackDelayInSeconds: ${delay}`],
  [{ fallbackDelayInSeconds: "60" }, `${at}.fallbackDelayInSeconds: ${delay}`],
  [{ visualContent: undefined }, `${at}.visualContent: is required`],
  [{ visualContent: { body: "b" } }, `${at}.visualContent.title: is required`],
])("a fallback with %j is refused: %s", (changes, message) => {
  expect(told({ fallbackPolicy: fallback(changes) })).toEqual([message]);
});

test("a fallback needs iOS among the targeted platforms", () => {
  const fallbackPolicy = fallback();
  expect(told({ fallbackPolicy, targetPolicy: { platformTypes: ["Android"] } })).toEqual([
    `${at}: needs iOS among targetPolicy.platformTypes`,
  ]);
  expect(parse({ fallbackPolicy, targetPolicy: { platformTypes: ["Android", "ios"] } }).fallback).not.toBeNull();
  expect(parse({ fallbackPolicy, targetPolicy: {} }).fallback).not.toBeNull();
});
