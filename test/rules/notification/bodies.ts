import fc from "fast-check";
import { printInstant } from "../../../shared/notification/instant.ts";
import { lifetimeMaxMs, platformTypes, priorities } from "../../../shared/notification/notification.ts";
import { anyCharacter } from "../../support/any-character.ts";
import { notificationWith } from "../samples.ts";

type Json = Readonly<Record<string, unknown>>;

const anyCase = (words: readonly string[]): fc.Arbitrary<string> =>
  fc
    .tuple(fc.constantFrom(...words), fc.constantFrom("as is", "lower", "upper"))
    .map(([word, form]) => (form === "lower" ? word.toLowerCase() : form === "upper" ? word.toUpperCase() : word));
const text = (minLength: number, maxLength: number): fc.Arbitrary<string> =>
  fc
    .string({
      unit: fc.constantFrom("a", "Z", "7", " ", "é", "'", '"', "\\", "\0", "\u2028", "ž", "中"),
      maxLength,
      minLength,
    })
    .map((made) => made.slice(0, maxLength));
const urlRest = fc.string({ unit: fc.constantFrom(...Array.from("aZ7._~/?#&'()*+,;=-")), maxLength: 40 });
const visualContent = fc.record(
  {
    title: text(1, 40),
    body: fc.option(text(0, 40)),
    imageUrl: fc.option(urlRest.map((rest) => `https://img.contoso.com/${rest}`)),
    actionUrl: fc.option(
      fc
        .tuple(fc.constantFrom("https://contoso.com/", "HTTPS://contoso.com/", "contoso-app:", "x.y+z://"), urlRest)
        .map(([start, rest]) => `${start}a${rest}`),
    ),
    sound: fc.option(
      fc.oneof(
        anyCase(["default", "none"]),
        fc.string({ unit: fc.constantFrom(...Array.from("aZ7._-")), minLength: 1, maxLength: 64 }),
      ),
    ),
    badge: fc.option(fc.nat(99_999)),
  },
  { requiredKeys: ["title"] },
);
const payload = fc.oneof(
  fc.record({ rawContent: text(1, 200) }),
  fc.record({ visualContent }),
  fc.record({ rawContent: text(1, 200), visualContent }),
);
const endpointFallback = fc.record({
  platformTypes: fc.constantFrom(["iOS"], ["ios"]),
  fallbackDelayInSeconds: fc.integer({ min: 60, max: 600 }),
  visualContent,
});

const sampleHost = "graphnotifications.sample.windows.com";

/** Bodies that keep every rule of contract 2.2 at `now`, optional members there, null or absent. */
export const goodBodies = (now: number): fc.Arbitrary<Json> =>
  fc.record(
    {
      targetHostName: anyCase([sampleHost]),
      appNotificationId: text(1, 64),
      payload,
      groupName: fc.option(text(0, 64)),
      targetPolicy: fc.option(
        fc.record({ platformTypes: fc.option(fc.array(anyCase(platformTypes), { minLength: 1, maxLength: 5 })) }).map(
          // A fallback needs iOS among them.
          ({ platformTypes: given }) => ({ platformTypes: given && [...given, "ios"] }),
        ),
      ),
      displayTimeToLive: fc.option(
        fc.oneof(fc.integer({ min: 0, max: 2_147_483_647 }), fc.integer({ min: 0, max: 100_000 }).map(String)),
      ),
      expirationDateTime: fc.option(
        fc.integer({ min: 60_000, max: lifetimeMaxMs }).map((ms) => printInstant(now + ms)),
      ),
      priority: fc.option(anyCase(priorities)),
      fallbackPolicy: fc.option(fc.record({ endpointFallback })),
    },
    { requiredKeys: ["targetHostName", "appNotificationId", "payload"] },
  );

/** What stands where something else was expected. */
const leaves = fc.oneof(
  fc.constantFrom<unknown>(null, true, 0, -0, -1, 60, 1.5, 1e308, 2 ** 53, "", "60", "iOS", "app.contoso.com", [], {}),
  fc.constantFrom<unknown>(
    "\ud800",
    "a\udc00b",
    "2019-10-30T23:59:00.000Z",
    [[]],
    [null],
    { title: "t" },
    "x".repeat(65),
  ),
  fc.constantFrom<unknown>("#microsoft.graph.notification", "#microsoft.graph.payloadTypes", "#microsoft.graph.user"),
  fc.string({ unit: anyCharacter }),
  fc.jsonValue({ maxDepth: 3 }),
);
const memberNames = [
  ...Object.keys({ ...notificationWith(), targetPolicy: 0, expirationDateTime: 0, displayTimeToLive: 0 }),
  ...["rawContent", "visualContent", "title", "body", "fallbackPolicy", "endpointFallback", "fallbackDelayInSeconds"],
  ...["imageUrl", "actionUrl", "sound", "badge", "IMAGEURL"],
  ...["@odata.type", "__proto__", "constructor", "TITLE", "Payload", "GROUPNAME", ""],
];

/** One member, at any depth, made another, added or taken away: `way` chooses where. */
type Mutation = { readonly way: readonly number[]; readonly name: string | null; readonly value: unknown };
const mutations: fc.Arbitrary<Mutation> = fc.record({
  way: fc.array(fc.nat(20), { minLength: 1, maxLength: 4 }),
  name: fc.option(fc.constantFrom(...memberNames)),
  value: fc.option(leaves, { nil: undefined }),
});

const mutated = (value: unknown, { way: [step = 0, ...way], name, value: put }: Mutation): unknown => {
  if (typeof value !== "object" || value === null) return put;
  const entries = Object.entries(value);
  const [at, inner] = entries[step % Math.max(1, entries.length)] ?? ["payload", undefined];
  if (way.length > 0 && typeof inner === "object") {
    return withMember(value, at, mutated(inner, { way, name, value: put }));
  }
  return withMember(value, name ?? at, put);
};

/** As JSON would make it: `__proto__` is a member like any other. */
const withMember = (value: object, name: string, content: unknown): unknown => {
  if (Array.isArray(value)) return [...(value as unknown[]), content];
  const others = Object.entries(value).filter(([other]) => other !== name);
  return Object.fromEntries(content === undefined ? others : [...others, [name, content]]);
};

/** Bodies that once were good: up to three mutations away. */
export const nearlyGoodBodies = (now: number): fc.Arbitrary<unknown> =>
  fc
    .tuple(goodBodies(now), fc.array(mutations, { minLength: 1, maxLength: 3 }))
    .map(([body, made]) => made.reduce<unknown>(mutated, body));

/** Any JSON value whatever. */
export const anyBodies = (now: number): fc.Arbitrary<unknown> =>
  fc.oneof(fc.jsonValue(), leaves, { arbitrary: nearlyGoodBodies(now), weight: 4 });
