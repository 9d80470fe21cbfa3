import { Link } from "@tanstack/react-router";
import { useEffect, useRef } from "react";
import { ToneIcon } from "../icons.tsx";
import type { Tone } from "../states.ts";
import { useWords } from "../use-words.tsx";
import type { ClaimRefusal } from "./claim-refusal.ts";
import type { Refused } from "./use-claim.ts";

const tones: Readonly<Partial<Record<ClaimRefusal["why"], Tone>>> = {
  claimed: "stop",
  notKnown: "open",
  ours: "open",
};

/** Why a gateway wasn't claimed, and what to do about it; where it is ours, the way to it. */
export function RefusalNotice({ refused }: { refused: Refused }) {
  const { why, claim, ours } = refused;
  const { say } = useWords();
  const notice = useRef<HTMLDivElement>(null);
  // On a phone it comes below what is seen, and nothing would seem to have happened.
  useEffect(() => {
    if (refused) notice.current?.scrollIntoView({ block: "nearest" });
  }, [refused]);
  const tone = tones[why] ?? "caution";
  const facts = { gateway: ours, id: claim.gatewayId };
  return (
    <div ref={notice} className={`card trouble tone-${tone}`} role="alert" data-refused={why}>
      <ToneIcon tone={tone} />
      <div>
        <p>
          <strong>{say.text(`refused.${why}`, facts)}</strong>
        </p>
        <p>{say.text(`refused.${why}.do`, facts)}</p>
        {ours !== undefined && (
          <Link to="/gateways" hash={`gateway-${ours}`}>
            {say.text("gw.toState", { gateway: ours })}
          </Link>
        )}
      </div>
    </div>
  );
}
