import type { Table, Tables } from "../../shared/storage/table.ts";

/** These tables stop for good before, or just after, the change of that number: the process was killed there. The others go on. */
export const killedAt = (
  tables: Tables,
  stopping: readonly (keyof Tables)[],
  number: number,
  when: "before" | "after",
): Tables => {
  let changes = 0;
  const met = async (change: () => Promise<void>): Promise<void> => {
    changes += 1;
    if (changes > number || (changes === number && when === "before")) throw new Error("killed");
    await change();
    if (changes === number) throw new Error("killed");
  };
  const killed = (table: Table): Table => ({
    ...table,
    write: (change) => met(() => table.write(change)),
    transact: (all) => met(() => table.transact(all)),
  });
  return { ...tables, ...Object.fromEntries(stopping.map((name) => [name, killed(tables[name])])) };
};
