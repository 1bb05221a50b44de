/** As the API names them, in the order of the tabs. */
export const BOXES = ["us", "partner", "failed", "done", "all"] as const;
export type Box = (typeof BOXES)[number];
