import { expect, test } from "vitest";
import { checkDataTypes } from "../../../shared/notification/data-types.ts";
import { Problem } from "../../../shared/problem.ts";

const places = [
  { path: [], type: "notification" },
  { path: ["targetPolicy"], type: "targetPolicyEndpoints" },
  { path: ["payload"], type: "payloadTypes" },
  { path: ["payload", "visualContent"], type: "visualProperties" },
  { path: ["fallbackPolicy"], type: "fallbackPolicy" },
  { path: ["fallbackPolicy", "endpointFallback"], type: "fallbackPolicyProperties" },
  { path: ["fallbackPolicy", "endpointFallback", "visualContent"], type: "visualProperties" },
];

const bodyWith = (path: readonly string[], content: object): unknown =>
  path.reduceRight<unknown>((inner, name) => ({ [name]: inner }), content);

const thrownBy = (body: unknown): unknown => {
  try {
    checkDataTypes(body);
    return undefined;
  } catch (error) {
    return error;
  }
};

test.each(places)("$path may say it is of its own type, # optional, in any case", ({ path, type }) => {
  for (const stated of [
    `#microsoft.graph.${type}`,
    `microsoft.graph.${type}`,
    `#Microsoft.Graph.${type.toUpperCase()}`,
  ]) {
    expect(thrownBy(bodyWith(path, { "@odata.type": stated }))).toBeUndefined();
    expect(thrownBy(bodyWith(path, { "@ODATA.Type": stated }))).toBeUndefined();
  }
  expect(thrownBy(bodyWith(path, { "@odata.type": null }))).toBeUndefined();
});

test.each(places)("$path of another type is an invalid data type, not a broken contract", ({ path, type }) => {
  const wrong = [
    "#microsoft.graph.user",
    "",
    `##microsoft.graph.${type}`,
    `x.${type}`,
    type,
    7,
    {},
    [`microsoft.graph.${type}`],
  ];
  for (const stated of wrong) {
    const problem = thrownBy(bodyWith(path, { "@odata.type": stated }));
    expect(problem).toBeInstanceOf(Problem);
    expect(problem).toMatchObject({ kind: "invalid-data-type" });
    expect(String(problem)).toContain(`must be #microsoft.graph.${type}.`);
    expect(
      thrownBy(
        bodyWith(
          path.map((name) => name.toUpperCase()),
          { "@odata.type": stated },
        ),
      ),
    ).toBeInstanceOf(Problem);
  }
});

test.each([[[]], [[{ "@odata.type": "x" }]], ["text"], [7], [null], [true], [{ payload: [{ "@odata.type": "x" }] }]])(
  "%j states no type where one counts",
  (body) => {
    expect(thrownBy(body)).toBeUndefined();
  },
);
