import fc from "fast-check";
import { expect, test } from "vitest";
import { readToast } from "../../../infra/local/wns/toast.ts";
import { readXml, textOf } from "../../../infra/local/wns/xml.ts";

const read = (text: string) => readToast(Buffer.from(text));
const binding = (content: string): string =>
  `<toast><visual><binding template="ToastGeneric">${content}</binding></visual></toast>`;

test("a toast says its texts, and by its argument which notification it is", () => {
  const launch = "{&quot;notificationId&quot;:&#x22;n-1&#34;}";
  const toast = `\ufeff<?xml version="1.0" encoding="utf-8"?>\r\n<!-- made by hand -->\r\n<toast launch='${launch}' duration="long">
    <visual lang="en"><binding template='ToastGeneric'><text hint-maxLines="1">A &amp; <![CDATA[<B>]]></text><text>C</text><image src="https://contoso.com/a.png"/><text>D</text></binding></visual>
    <audio src="ms-winsoundevent:Notification.IM"/></toast>\n`;
  expect(read(toast)).toEqual({ kind: "read", toast: { title: "A & <B>", body: "C\nD", id: "n-1" } });
  expect(read(binding("<text>only</text>"))).toEqual({ kind: "read", toast: { title: "only" } });
});

test("a toast that opens something by its protocol has no argument for the app", () => {
  const toast = binding("<text>Hello</text>").replace(
    "<toast",
    '<toast activationType="protocol" launch="contoso:order"',
  );
  expect(read(toast)).toEqual({ kind: "read", toast: { title: "Hello" } });
  expect(read(toast.replace("contoso:order", "{}"))).toMatchObject({ kind: "unreadable" });
});

test.each([
  ["nothing", ""],
  ["no XML", "Hello"],
  ["two roots", `${binding("<text>a</text>")}<toast/>`],
  ["an ampersand alone", binding("<text>a & b</text>")],
  ["an unknown entity", binding("<text>&nbsp;</text>")],
  ["a reference to what XML cannot hold", binding("<text>&#0;</text>")],
  ["a reference to half a pair", binding("<text>&#xd800;</text>")],
  ["a reference beyond all characters", binding("<text>&#x110000;</text>")],
  ["a control character", binding("<text>\u0007</text>")],
  ["an element left open", "<toast><visual><binding template='ToastGeneric'><text>a</text></visual></toast>"],
  ["an end in another case", binding("<text>a</Text>")],
  ["an attribute twice", binding("<text id='1' id='2'>a</text>")],
  ["an attribute without quotes", binding("<text id=1>a</text>")],
  ["less-than in an attribute", binding("<text id='<'>a</text>")],
  ["a CDATA end in a text", binding("<text>]]></text>")],
  ["two hyphens in a comment", `<!-- -- -->${binding("<text>a</text>")}`],
  ["a document type", `<!DOCTYPE toast>${binding("<text>a</text>")}`],
  ["depth without end", "<a>".repeat(100)],
  ["another root", binding("<text>a</text>").replaceAll("toast>", "tile>").replace("<toast", "<tile")],
  ["capital letters", binding("<text>a</text>").replaceAll("toast>", "Toast>").replace("<toast", "<Toast")],
  ["no visual", "<toast/>"],
  ["no binding", "<toast><visual/></toast>"],
  ["two bindings", binding("<text>a</text>").replace("</visual>", "<binding template='ToastGeneric'/></visual>")],
  ["no template", binding("<text>a</text>").replace(' template="ToastGeneric"', "")],
  ["a tile's template", binding("<text>a</text>").replace("ToastGeneric", "TileMedium")],
  ["no text", binding("")],
  ["an empty first text", binding("<text></text><text>a</text>")],
  ["markup in a text", binding("<text><i>a</i></text>")],
  [
    "an unknown element",
    "<toast><visual><binding template='ToastGeneric'><text>a</text></binding></visual><sound/></toast>",
  ],
  [
    "a text in no element",
    "<toast>a<visual><binding template='ToastGeneric'><text>a</text></binding></visual></toast>",
  ],
  ["an unknown activation", binding("<text>a</text>").replace("<toast", '<toast activationType="magic"')],
  ["a picture from nowhere", binding("<text>a</text><image src='ftp://a/b'/>")],
])("a toast with %s cannot be shown, and a reason is given", (_case, text) => {
  expect(read(text)).toEqual({ kind: "unreadable", reason: expect.stringMatching(/\w/) });
});

test("a scheme is one in any case", () => {
  const picture = binding("<text>a</text><image src='HTTPS://contoso.com/a.png'/>");
  expect(read(picture)).toEqual({ kind: "read", toast: { title: "a" } });
});

test("what is no UTF-8 cannot be shown", () => {
  expect(readToast(Buffer.from([0x3c, 0xff, 0xfe]))).toEqual({ kind: "unreadable", reason: "it is not UTF-8" });
});

test("whatever comes, reading it ends with a document or a reason", () => {
  const parts = fc.constantFrom(
    "<",
    ">",
    "/",
    "a",
    " ",
    "=",
    '"',
    "'",
    "&",
    ";",
    "#x1",
    "<!--",
    "-->",
    "<![CDATA[",
    "]]>",
    "<?",
    "?>",
  );
  fc.assert(
    fc.property(fc.array(parts, { maxLength: 30 }), (all) => {
      const result = readXml(all.join(""));
      if (result.kind === "read") expect(typeof textOf(result.root)).toBe("string");
      else expect(result.reason).not.toBe("");
    }),
    { numRuns: 500 },
  );
});
