import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { constants, createContext, runInContext } from "node:vm";

const require = createRequire(import.meta.url);

/**
 * What is wrong with a KQL query over the tables of a Log Analytics workspace that alerts and workbook read, in Microsoft's own words: syntax,
 * and every column, function and type. Empty when nothing is. https://github.com/microsoft/Kusto-Query-Language
 */
export const faultsOf = (query: string): readonly string[] => {
  const found = kusto.KustoCode.ParseAndAnalyze(query, workspace).GetDiagnostics();
  return Array.from({ length: found.Count }, (_, index) => found.getItem(index)).map(
    ({ Message, Start, Length }) => `${Message} (${query.slice(Start, Start + Length)})`,
  );
};

/** A part of a query: what it is in Microsoft's words (`PipeExpression`), the words it is written with, and the parts it is made of. */
export type KqlNode = {
  readonly type: string;
  readonly words: readonly string[];
  readonly parts: readonly KqlNode[];
};

/** A query taken apart: its statements are the parts. Of what is wrong with it nothing is said. */
export const parsedKql = (query: string): KqlNode => nodeOf(kusto.KustoCode.Parse(query).Syntax);

/** Lists and their commas are its own business: what stands in them stands in what the list belongs to. */
const nodeOf = (syntax: Syntax): KqlNode => {
  const inside = (one: Syntax): Syntax[] =>
    Array.from({ length: one.ChildCount }, (_, index) => one.GetChild(index)).flatMap((child) =>
      child === null ? [] : /^(SyntaxList|SeparatedElement)\$/.test(typeOf(child)) ? inside(child) : [child],
    );
  const isWord = (one: Syntax): boolean => typeOf(one).startsWith("SyntaxToken");
  const all = inside(syntax);
  return {
    type: typeOf(syntax),
    words: all.filter(isWord).map(({ Text }) => Text ?? ""),
    parts: all.filter((one) => !isWord(one)).map(nodeOf),
  };
};

const typeOf = (syntax: Syntax): string => syntax.constructor.$$name.replace("Kusto.Language.Syntax.", "");

type Syntax = {
  readonly constructor: { readonly $$name: string };
  readonly ChildCount: number;
  readonly GetChild: (index: number) => Syntax | null;
  readonly Text?: string;
};
type Diagnostic = { readonly Message: string; readonly Start: number; readonly Length: number };
type Diagnostics = { readonly Count: number; readonly getItem: (index: number) => Diagnostic };
type Globals = { readonly WithDatabase: (database: object) => Globals };
/** The few of its names that are used here: its own types are 1.7 MB of a translated C# library. */
type Kusto = {
  readonly KustoCode: {
    readonly Parse: (query: string) => { readonly Syntax: Syntax };
    readonly ParseAndAnalyze: (query: string, globals: Globals) => { readonly GetDiagnostics: () => Diagnostics };
  };
  readonly GlobalState: { readonly Default: Globals };
  readonly Symbols: {
    readonly TableSymbol: { readonly $ctor7: new (name: string, schema: string, description: string) => object };
    readonly DatabaseSymbol: { readonly ctor: new (name: string, members: readonly object[]) => object };
  };
};

/**
 * It is made for browsers, two scripts that share globals, and changes some of the language's own: it gets a world of its own, and not one that
 * stands for an object of ours, where every name it looks up is asked for in C++, and twice the time goes into that.
 */
const loaded = (): Kusto => {
  const context = createContext(constants.DONT_CONTEXTIFY);
  const scripts = [
    require.resolve("@kusto/language-service-next/bridge.min.js"),
    require.resolve("@kusto/language-service-next/Kusto.Language.Bridge.min.js"),
  ];
  for (const script of scripts) runInContext(readFileSync(script, "utf8"), context);
  return runInContext("Kusto.Language", context) as Kusto;
};

const kusto = loaded();

const ofApp =
  "TimeGenerated:datetime, AppRoleName:string, AppRoleInstance:string, OperationId:string, Properties:dynamic, ItemCount:int";
/** The columns that are used, of https://learn.microsoft.com/azure/azure-monitor/reference/tables-index */
const tables = {
  AppMetrics: `${ofApp}, Name:string, Sum:real, Min:real, Max:real`,
  AppTraces: `${ofApp}, Message:string, SeverityLevel:int`,
  AppExceptions: `${ofApp}, ExceptionType:string, OuterMessage:string`,
  Usage: "TimeGenerated:datetime, DataType:string, Quantity:real, IsBillable:bool",
  _LogOperation: "TimeGenerated:datetime, Category:string, Operation:string, Level:string, Detail:string",
};

const workspace = kusto.GlobalState.Default.WithDatabase(
  new kusto.Symbols.DatabaseSymbol.ctor(
    "workspace",
    Object.entries(tables).map(([name, columns]) => new kusto.Symbols.TableSymbol.$ctor7(name, `(${columns})`, "")),
  ),
);
