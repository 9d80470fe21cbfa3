import { Heading } from "../heading.tsx";
import { useWords } from "../use-words.tsx";
import { DeadLetterList } from "./dead-letter-list.tsx";
import { FindingList } from "./finding-list.tsx";

/** What of the organisation's own doesn't add up, and what its gateways sent that could not be used. */
export function FindingsPage() {
  const { say } = useWords();
  return (
    <>
      <Heading title={say.text("findings.title")} />
      <p className="lead">{say.text("findings.lead")}</p>
      <FindingList />
      <DeadLetterList />
    </>
  );
}
