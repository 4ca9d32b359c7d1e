import { expect, test } from "vitest";
import { tellable } from "../../../shared/telemetry/tellable.ts";

const secret = "aB3".repeat(15);
test.each([
  { text: "Message could not be consumed after 10 delivery attempts.", told: undefined },
  { text: "The lock token of the key has expired.", told: undefined },
  { text: "id 01a20183-b802-7209-94e2-1270fa4954d4", told: undefined },
  { text: "two\r\nlines\tand \u001b[31mred\u202e", told: "two lines and [31mred" },
  { text: `failed at https://push.example/${secret}?x=1 today`, told: "failed at (address) today" },
  { text: "Endpoint=sb://n.example/;SharedAccessKey=abc=;EntityPath=q", told: "Endpoint=(address)" },
  {
    text: 'AccountKey=abc; "token": "abc" sig=abc&x=1',
    told: 'AccountKey=(hidden); "token": "(hidden)" sig=(hidden)&x=1',
  },
  { text: "Authorization: Bearer abc.def", told: "Authorization: Bearer (hidden)" },
  { text: `unsid ${secret} gone`, told: "unsid (hidden) gone" },
])("a stranger's text is one harmless line: $text", ({ text, told }) => {
  expect(tellable(text)).toBe(told ?? text);
});

test("a stranger's text is cut at 200 characters", () => {
  expect(tellable("no ".repeat(100))).toHaveLength(200);
});
