/** As the API names them. */
export const SORTS = ["relevance", "title", "partner", "newest"] as const;
export type Sort = (typeof SORTS)[number];
