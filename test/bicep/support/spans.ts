/** Minutes of `5m`, `2d` as KQL writes them, or `PT5M`, `P2D`. */
export const minutesOf = (span: string): number => {
  const [, count = "", unit = ""] = /^(?:PT?)?(\d+)([mhd])$/i.exec(span) ?? [];
  return Number(count) * ({ m: 1, h: 60, d: 1_440 }[unit.toLowerCase()] ?? Number.NaN);
};
