import { Anchor, Button } from "@mantine/core";
import { createLink } from "@tanstack/react-router";

/** A link to a page of ours, typed by its route. */
export const TextLink = createLink(Anchor<"a">);
/** The same as a button: for going somewhere, never for doing something. */
export const ButtonLink = createLink(Button<"a">);
