import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { formOf, recordsOf } from "../../../infra/ops/import/records.file.ts";
import { newFolder } from "../../contracts/ops/dumps.ts";

describe("a file", () => {
  let folder: Awaited<ReturnType<typeof newFolder>>;
  beforeAll(async () => {
    folder = await newFolder();
  });
  afterAll(() => folder.remove());

  const read = async (text: string) => {
    const path = await folder.write("dump", text);
    const form = await formOf(path);
    const found = [];
    for await (const { line, value } of recordsOf(path, form)) found.push([line, value]);
    return { form, found };
  };

  test("is a JSON array, JSON lines, CSV or XML by how it begins, and its records have the lines they stand on", async () => {
    expect(await read('\ufeff[{"a":1},2]')).toEqual({
      form: "json",
      found: [
        [1, { a: 1 }],
        [2, 2],
      ],
    });
    expect(await read('{"a":"\u2028"}\r\n\n{"a":\n{"b":2}')).toEqual({
      form: "jsonl",
      found: [
        [1, { a: "\u2028" }],
        [3, undefined],
        [4, { b: 2 }],
      ],
    });
    expect(await read('\ufeffid, user\r\n1,"a ""b"",\nc"\n2\n')).toEqual({
      form: "csv",
      found: [
        [3, { id: "1", user: 'a "b",\nc' }],
        [4, { id: "2", user: "" }],
      ],
    });
    expect(await read("<a/>\n<b/>")).toEqual({
      form: "xml",
      found: [
        [1, "<a/>"],
        [2, "<b/>"],
      ],
    });
  });

  // Each record would have a member for each: minutes for some hundred lines, in which not even Ctrl-C is heard.
  const tooWide = `${Array.from({ length: 1_001 }, (_, at) => `secret${at}`).join(",")}\n1\n`;

  test("that is none of these, or breaks off, is told in a sentence that quotes nothing of it", async () => {
    for (const text of [
      "",
      " \n",
      '[{"secret":',
      'id,user\n1,"secret\n2,x\n',
      `{"secret":"${"x".repeat(1_100_000)}`,
      tooWide,
    ]) {
      await expect(read(text)).rejects.toThrow(
        expect.objectContaining({ name: "Failed", message: expect.not.stringContaining("secret") as unknown }),
      );
    }
    await expect(formOf("/nowhere")).rejects.toThrow("/nowhere cannot be read.");
  });

  test("has the same lines wherever its bytes are cut into pieces", async () => {
    const records = Array.from({ length: 3_000 }, (_, index) => ({ index, text: "ü".repeat(index % 97) }));
    const { found } = await read(records.map((record) => JSON.stringify(record)).join("\n"));
    expect(found).toEqual(records.map((record, index) => [index + 1, record]));
  });
});
