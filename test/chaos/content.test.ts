import { expect, test } from "vitest";
import { markIn, rawContentOf } from "./content.ts";

test("a mark is found again in the envelope that a device decrypts, and in nothing else", () => {
  const mark = { notification: 12, version: 3 };
  const envelope = { changeType: "afsChange", notification: { payload: { rawContent: rawContentOf(mark) } } };
  expect(markIn(JSON.stringify(envelope))).toEqual(mark);
  expect(markIn(JSON.stringify({ changeType: "afsChangeNotification" }))).toBeUndefined();
  expect(markIn(null)).toBeUndefined();
});
