/** Where a figure comes from: who doubts a result looks here first. */
type Provenance =
  /** A vendor's page, or source, says so. */
  | { readonly kind: "quoted"; readonly page: string }
  /** This repository measures it, or holds itself to it. */
  | { readonly kind: "measured"; readonly by: string }
  /** We chose it, and may choose otherwise. */
  | { readonly kind: "set"; readonly where: string }
  /** Nobody told us, and nothing here can measure it. */
  | { readonly kind: "assumed"; readonly because: string };

/** One figure that the plan rests on. */
export type Input = { readonly value: number; readonly unit: string; readonly from: Provenance };

export const quoted = (value: number, unit: string, page: string): Input => ({
  value,
  unit,
  from: { kind: "quoted", page },
});

export const measured = (value: number, unit: string, by: string): Input => ({
  value,
  unit,
  from: { kind: "measured", by },
});

export const set = (value: number, unit: string, where: string): Input => ({
  value,
  unit,
  from: { kind: "set", where },
});

export const assumed = (value: number, unit: string, because: string): Input => ({
  value,
  unit,
  from: { kind: "assumed", because },
});

/** What is said of where a figure comes from, in one line. */
export const sourceOf = ({ from }: Input): string => {
  switch (from.kind) {
    case "quoted":
      return from.page;
    case "measured":
      return from.by;
    case "set":
      return from.where;
    case "assumed":
      return from.because;
  }
};
