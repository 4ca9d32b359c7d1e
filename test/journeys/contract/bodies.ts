/** Changes to a notification that every rule accepts, each with its name. Undefined leaves a member out. */
type Change = readonly [name: string, change: Readonly<Record<string, unknown>>];
type FaultyChange = readonly [...Change, target: string];

const inSeconds = (seconds: number): string => new Date(Date.now() + seconds * 1_000).toISOString();
const day = 86_400;
const visualContent = { title: "t", body: "b" };
const endpointFallback = { platformTypes: ["iOS"], fallbackDelayInSeconds: 60, visualContent };
const fallback = (more: Readonly<Record<string, unknown>>) => ({
  fallbackPolicy: { endpointFallback: { ...endpointFallback, ...more } },
});

/** Contract 2.2: what is to be taken. */
export const rightBodies: readonly Change[] = [
  ["targetHostName in another case", { targetHostName: "GraphNotifications.Sample.WINDOWS.com" }],
  ["appNotificationId of 1 character", { appNotificationId: "1" }],
  ["appNotificationId of 64 characters", { appNotificationId: "é".repeat(64) }],
  ["visualContent alone", { payload: { visualContent } }],
  ["visualContent without body", { payload: { visualContent: { title: "t" } } }],
  ["visualContent with body null", { payload: { visualContent: { title: "t", body: null } } }],
  ["both contents", { payload: { visualContent, rawContent: "raw" } }],
  ["rawContent null beside visualContent", { payload: { visualContent, rawContent: null } }],
  ["visualContent null beside rawContent", { payload: { visualContent: null, rawContent: "raw" } }],
  ["rawContent that is JSON in a string", { payload: { rawContent: '{"a":[1]}' } }],
  ["groupName null", { groupName: null }],
  ["groupName of 64 characters", { groupName: "g".repeat(64) }],
  ["targetPolicy null", { targetPolicy: null }],
  ["targetPolicy without members", { targetPolicy: {} }],
  ["platformTypes null", { targetPolicy: { platformTypes: null } }],
  ["platformTypes in any case", { targetPolicy: { platformTypes: ["WINDOWS", "ios", "Android", "webpush"] } }],
  ["platformTypes twice the same", { targetPolicy: { platformTypes: ["iOS", "ios", "iOS"] } }],
  ["displayTimeToLive 0", { displayTimeToLive: 0 }],
  ["displayTimeToLive 2147483647", { displayTimeToLive: 2_147_483_647 }],
  ['displayTimeToLive "0"', { displayTimeToLive: "0" }],
  ['displayTimeToLive "2147483647"', { displayTimeToLive: "2147483647" }],
  ["displayTimeToLive null", { displayTimeToLive: null }],
  ["expirationDateTime null", { expirationDateTime: null }],
  [
    "expirationDateTime in half a minute",
    {
      // From when it is posted: other cases may take half a minute before.
      get expirationDateTime() {
        return inSeconds(30);
      },
    },
  ],
  ["expirationDateTime 30 days and 4 minutes ahead", { expirationDateTime: inSeconds(30 * day + 240) }],
  ["expirationDateTime without a zone", { expirationDateTime: inSeconds(day).slice(0, -1) }],
  ["expirationDateTime without a fraction", { expirationDateTime: `${inSeconds(day).slice(0, 19)}Z` }],
  ["expirationDateTime with .NET's seven digits", { expirationDateTime: `${inSeconds(day).slice(0, 19)}.1234567Z` }],
  ["expirationDateTime with an offset", { expirationDateTime: `${inSeconds(day).slice(0, 19)}+02:00` }],
  ["expirationDateTime with a negative offset", { expirationDateTime: `${inSeconds(day).slice(0, 19)}-11:30` }],
  ["priority null", { priority: null }],
  ["priority none", { priority: "none" }],
  ["priority HIGH", { priority: "HIGH" }],
  ["priority Low", { priority: "Low" }],
  ["fallbackPolicy null", { fallbackPolicy: null }],
  ["fallbackPolicy after 60 seconds", fallback({})],
  ["fallbackPolicy after 600 seconds, ios", fallback({ platformTypes: ["IOS"], fallbackDelayInSeconds: 600 })],
  ["fallbackPolicy where iOS is targeted", { ...fallback({}), targetPolicy: { platformTypes: ["ios", "windows"] } }],
  ["unknown members", { colour: "red", payload: { rawContent: "raw", size: 1 }, targetPolicy: { x: [] } }],
  ["@odata.type null", { "@odata.type": null }],
];

const dataTypes = (name: (type: string) => string) => ({
  "@odata.type": name("notification"),
  targetPolicy: { "@odata.type": name("targetPolicyEndpoints"), platformTypes: ["iOS"] },
  payload: {
    "@odata.type": name("payloadTypes"),
    visualContent: { "@odata.type": name("visualProperties"), ...visualContent },
  },
  fallbackPolicy: {
    "@odata.type": name("fallbackPolicy"),
    endpointFallback: {
      ...endpointFallback,
      "@odata.type": name("fallbackPolicyProperties"),
      visualContent: { "@odata.type": name("visualProperties"), ...visualContent },
    },
  },
});

/** Contract 2.2, last paragraph: every object may name its own type. */
export const typedBodies: readonly Change[] = [
  ["with #", dataTypes((type) => `#microsoft.graph.${type}`)],
  ["without #", dataTypes((type) => `microsoft.graph.${type}`)],
  ["in another case", dataTypes((type) => `#Microsoft.Graph.${type.toUpperCase()}`)],
];

const wrong = "#microsoft.graph.user";
/** Contract 2.5: a data type that is not the expected one, in each object. */
export const wronglyTypedBodies: readonly Change[] = [
  ["of the notification", { "@odata.type": wrong }],
  ["of targetPolicy", { targetPolicy: { "@odata.type": wrong } }],
  ["of payload", { payload: { "@odata.type": "#microsoft.graph.notification", rawContent: "raw" } }],
  ["of visualContent", { payload: { visualContent: { "@odata.type": wrong, title: "t" } } }],
  ["of fallbackPolicy", { fallbackPolicy: { "@odata.type": wrong, endpointFallback } }],
  ["of endpointFallback", fallback({ "@odata.type": "#microsoft.graph.fallbackPolicy" })],
  ["of the fallback's visualContent", fallback({ visualContent: { "@odata.type": wrong, title: "t" } })],
  ["of the notification, empty", { "@odata.type": "" }],
];

const printed = (value: unknown): string => (value === undefined ? "missing" : JSON.stringify(value));
const host = (targetHostName: unknown): FaultyChange => [
  `targetHostName ${printed(targetHostName)}`,
  { targetHostName },
  "targetHostName",
];
const name = (appNotificationId: unknown): FaultyChange => [
  `appNotificationId ${printed(appNotificationId)}`,
  { appNotificationId },
  "appNotificationId",
];
const group = (groupName: unknown): FaultyChange => [
  `groupName ${JSON.stringify(groupName)}`,
  { groupName },
  "groupName",
];
const raw = (rawContent: unknown): FaultyChange => [
  `rawContent ${JSON.stringify(rawContent)}`,
  { payload: { rawContent } },
  "payload.rawContent",
];
const visual = (content: unknown, target: string): FaultyChange => [
  `visualContent ${JSON.stringify(content)}`,
  { payload: { visualContent: content } },
  `payload.visualContent${target}`,
];
const platforms = (platformTypes: unknown): FaultyChange => [
  `platformTypes ${JSON.stringify(platformTypes)}`,
  { targetPolicy: { platformTypes } },
  "targetPolicy.platformTypes",
];
const display = (displayTimeToLive: unknown): FaultyChange => [
  `displayTimeToLive ${JSON.stringify(displayTimeToLive)}`,
  { displayTimeToLive },
  "displayTimeToLive",
];
const expiry = (expirationDateTime: unknown): FaultyChange => [
  `expirationDateTime ${JSON.stringify(expirationDateTime).replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z/, "out of range")}`,
  { expirationDateTime },
  "expirationDateTime",
];
const priority = (value: unknown): FaultyChange => [
  `priority ${JSON.stringify(value)}`,
  { priority: value },
  "priority",
];
const badFallback = (more: Readonly<Record<string, unknown>>, target: string): FaultyChange => [
  `endpointFallback with ${JSON.stringify(more)}`,
  fallback(more),
  `fallbackPolicy.endpointFallback${target}`,
];

/** Contract 2.2 and 2.5: one fault each, and the member that the answer is to name. */
export const faultyBodies: readonly FaultyChange[] = [
  ...[undefined, null, "", 1, {}, "https://graphnotifications.sample.windows.com", "a.b.c/path", "a b.com"].map(host),
  ...["graphnotifications.sample.windows.com:443", "a..b", "-a.com", `${"a".repeat(64)}.com`].map(host),
  ...[undefined, null, "", 7, "x".repeat(65), ["a"]].map(name),
  ...["g".repeat(65), 5, {}, []].map(group),
  ...[undefined, null, {}, [], "text", 1].map((payload): FaultyChange => [
    `payload ${printed(payload)}`,
    { payload },
    "payload",
  ]),
  ...["", {}, { a: 1 }, 1, [], true].map(raw),
  visual({}, ".title"),
  visual({ title: "" }, ".title"),
  visual({ title: null, body: "b" }, ".title"),
  visual({ title: 1 }, ".title"),
  visual({ title: "t", body: 1 }, ".body"),
  visual({ title: "t", body: {} }, ".body"),
  visual("text", ""),
  visual([], ""),
  [
    "a bad visualContent beside a good rawContent",
    { payload: { rawContent: "raw", visualContent: {} } },
    "payload.visualContent.title",
  ],
  ["targetPolicy a string", { targetPolicy: "iOS" }, "targetPolicy"],
  ["targetPolicy an array", { targetPolicy: [] }, "targetPolicy"],
  ...[[], "iOS", {}, ["iOS", "Symbian"], [1], [null], [""], [["iOS"]]].map(platforms),
  ...[-1, 2_147_483_648, 1.5, "abc", "", "1.5", "-1", "1e2", "2147483648", true, {}, []].map(display),
  ...["2019-10-30T23:59:00.000Z", inSeconds(-60), inSeconds(31 * day), "tomorrow", "", 1_900_000_000, true].map(expiry),
  ...["2099-13-01T00:00:00Z", "2099-02-30T00:00:00Z", "Wed, 30 Oct 2099 23:59:00 GMT"].map(expiry),
  ...["Urgent", "", 1, ["High"]].map(priority),
  ["fallbackPolicy a string", { fallbackPolicy: "x" }, "fallbackPolicy"],
  ["endpointFallback a string", { fallbackPolicy: { endpointFallback: "x" } }, "fallbackPolicy.endpointFallback"],
  ...[undefined, null, [], "iOS", ["Android"], ["iOS", "Android"], ["Symbian"]].map((platformTypes) =>
    badFallback({ platformTypes }, ".platformTypes"),
  ),
  ...[59, 601, 60.5, "soon", -60].map((seconds) =>
    badFallback({ fallbackDelayInSeconds: seconds }, ".fallbackDelayInSeconds"),
  ),
  badFallback({ visualContent: { title: "" } }, ".visualContent.title"),
  badFallback({ visualContent: { title: "t", body: 1 } }, ".visualContent.body"),
  [
    "a fallback for iOS where iOS is not targeted",
    { ...fallback({}), targetPolicy: { platformTypes: ["WebPush", "Android"] } },
    "fallbackPolicy",
  ],
];
