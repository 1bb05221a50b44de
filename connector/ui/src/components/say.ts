import { notifications } from "@mantine/notifications";
import i18next from "i18next";
import type { Problem } from "@/api/problem";

/** Short notices in the corner, read out by screen readers. What needs an answer or stays relevant belongs on the page. */
export const say = {
  done(sentence: string): void {
    notifications.show({ message: sentence, color: "green" });
  },
  refused(problem: Problem): void {
    const message = [problem.detail, problem.hint].filter(Boolean).join(" ");
    notifications.show({ title: i18next.t("refusal.title"), message, color: "red", autoClose: 12_000 });
  },
};
