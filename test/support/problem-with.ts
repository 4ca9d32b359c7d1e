import { Problem } from "../../shared/problem.ts";

/** The problem that `act` throws. Whatever else it throws is thrown on, and where it throws nothing, an error that says `otherwise`. */
export const problemWith = (act: () => unknown, otherwise = "It was accepted."): Problem => {
  try {
    act();
  } catch (error) {
    if (error instanceof Problem) return error;
    throw error;
  }
  throw new Error(otherwise);
};
