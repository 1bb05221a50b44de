import { useQueryClient } from "@tanstack/react-query";
import { useRouter } from "@tanstack/react-router";
import { setCsrf } from "@/api/client";
import { type Session, sessionQuery } from "@/api/session";

/** What follows a sign-in: nothing of whoever was here before is kept, and one goes where one wanted. */
export function useEnter(): (session: Session, to?: string) => void {
  const client = useQueryClient();
  const router = useRouter();
  return (session, to = "/") => {
    client.clear();
    setCsrf(session.csrf);
    client.setQueryData(sessionQuery.queryKey, session);
    router.history.push(to);
  };
}
