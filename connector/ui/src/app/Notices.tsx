import "@mantine/notifications/styles.layer.css";
import { Notifications } from "@mantine/notifications";

/** Where `say` shows its notices. */
export function Notices() {
  return <Notifications position="bottom-right" limit={4} autoClose={6000} />;
}
