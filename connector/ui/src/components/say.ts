import type { NotificationData } from "@mantine/notifications";
import i18next from "i18next";
import type { Problem } from "@/api/problem";

/** Short notices in the corner, read out by screen readers. What needs an answer or stays relevant belongs on the page. */
export const say = {
  done(sentence: string): void {
    show({ message: sentence, color: "green" });
  },
  refused(problem: Problem): void {
    const message = [problem.detail, problem.hint].filter(Boolean).join(" ");
    show({ title: i18next.t("refusal.title"), message, color: "red", autoClose: 12_000 });
  },
};

/** Loaded after the first page. */
function show(notice: NotificationData): void {
  void import("@mantine/notifications").then(({ notifications }) => notifications.show(notice));
}
