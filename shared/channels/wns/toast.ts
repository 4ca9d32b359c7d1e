import type { VisualContent } from "../../notification/notification.ts";

/**
 * Visual content as a toast of today's only template. `data` comes back to the app when the user taps the toast, as the launch argument.
 * With an `actionUrl` the tap opens that instead and the app is not told of it: Windows has one place for the two. Such a toast's app finds
 * it again by its tag. Windows has no place for `badge` in a toast; a number on the tile would be a push of its own.
 * https://learn.microsoft.com/uwp/schemas/tiles/toastschema/element-toast
 */
export const toastXml = (visual: VisualContent, data: object): string => {
  const { title, body, imageUrl, actionUrl, sound } = visual;
  return [
    actionUrl === undefined
      ? `<toast launch="${attribute(JSON.stringify(data))}">`
      : `<toast activationType="protocol" launch="${attribute(actionUrl)}">`,
    `<visual><binding template="ToastGeneric">`,
    `<text>${escaped(title)}</text>`,
    body === undefined ? "" : `<text>${escaped(body)}</text>`,
    imageUrl === undefined ? "" : `<image src="${attribute(imageUrl)}"/>`,
    `</binding></visual>`,
    sound === undefined ? "" : audio(sound),
    `</toast>`,
  ].join("");
};

/** A name of Windows' own sounds (`Notification.IM`), or of a file among the app's assets, for which Windows falls back to its standard one. */
const audio = (sound: string): string => {
  if (sound === "none") return `<audio silent="true"/>`;
  const name = sound === "default" ? "Notification.Default" : sound;
  const place = name.startsWith("Notification.") ? "ms-winsoundevent:" : "ms-appx:///Assets/";
  return `<audio src="${attribute(place + name)}"/>`;
};

/** What XML 1.0 cannot hold, escaped or not (section 2.2): most control characters, two that are none, and half of a pair. */
const impossible = /[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu;
const references: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "\t": "&#9;",
  "\n": "&#10;",
  "\r": "&#13;",
};
const referenceOf = (character: string): string => references[character] ?? character;

/** A carriage return would be read as a line feed (section 2.11). */
const escaped = (text: string): string => text.replaceAll(impossible, "\ufffd").replaceAll(/[&<>\r]/g, referenceOf);

/** White space would be read as spaces (section 3.3.3). */
const attribute = (text: string): string =>
  text.replaceAll(impossible, "\ufffd").replaceAll(/[&<>"\t\n\r]/g, referenceOf);
