/** What a push service may do to us for a while. Of those who wait for a slow one, the hands are full; the others are refused at once. */
export type Trouble = {
  /** Of all devices, those whose push service it is. */
  readonly share: number;
  readonly fromSecond: number;
  readonly untilSecond: number;
  readonly kind: "slow" | "failing";
};
