import { type FormEvent, useEffect, useId, useRef, useState } from "react";
import type { Site } from "#api/console-shapes.ts";
import { type Sticker, stickerText } from "#domain/codes/gateway-sticker.ts";
import { useStay } from "../use-stay.ts";
import { useWords } from "../use-words.tsx";
import { Field } from "./field.tsx";
import { RefusalNotice } from "./refusal-notice.tsx";
import { Scan } from "./scan.tsx";
import { SiteChoice } from "./site-choice.tsx";
import { stickerOf } from "./typed-sticker.ts";
import type { Claim, Refused } from "./use-claim.ts";
import { useTypedSticker } from "./use-typed-sticker.ts";

interface ClaimFormProps {
  readonly sites: readonly Site[];
  readonly claim: (claim: Claim) => void;
  readonly refused: Refused | null;
  readonly isPending: boolean;
  /** Puts a refusal away. */
  readonly forget: () => void;
}

/** What is printed on a sticker, read by the camera or typed, and where the gateway stands; what was typed survives a refusal. */
export function ClaimForm({ sites, claim, refused, isPending, forget }: ClaimFormProps) {
  const { say } = useWords();
  const [wrong, setWrong] = useState<Refused | null>(null);
  const [read, setRead] = useState<string | null>(null);
  const id = useId();
  const rest = useRef<HTMLDivElement>(null);
  const found = (sticker: Sticker) => {
    setTyped(sticker);
    setRead(sticker.serial);
    setWrong(null);
    // One that is under way is not put away: its answer has the password.
    if (!isPending) forget();
  };
  const { typed, setTyped, ending } = useTypedSticker(found);
  const type = (change: Partial<Sticker>) => {
    setTyped((before) => ({ ...before, ...change }));
    setRead(null);
  };
  useStay(isPending ? say.text("claim.leave") : null);
  useEffect(() => {
    if (read !== null) rest.current?.querySelector<HTMLElement>("select, button")?.focus();
  }, [read]);
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const sticker = stickerOf(typed);
    const gatewayId = String(form.get("gatewayId")).trim().toLowerCase();
    const site = String(form.get("site"));
    const wanted = { sticker: stickerText(sticker ?? typed), site, ...(gatewayId !== "" && { gatewayId }) };
    setWrong(sticker === null ? { why: "sticker", claim: wanted, ours: undefined } : null);
    if (sticker !== null) claim(wanted);
  };
  const shown = wrong ?? (isPending ? null : refused);
  return (
    <form className="claim" onSubmit={submit} aria-busy={isPending}>
      <Scan found={found} read={read} />
      <Printed what="serial" typed={typed} type={type} ending={ending} />
      <Printed what="code" typed={typed} type={type} ending={ending} />
      <div className="rest" ref={rest}>
        <Field id={`${id}-site`} label={say.text("claim.site")}>
          <SiteChoice id={`${id}-site`} sites={sites} />
        </Field>
        <Name isWrong={shown?.why === "id" || shown?.why === "badId"} />
        <div className="buttons">
          <button type="submit" className="main" disabled={isPending}>
            {say.text(isPending ? "claim.busy" : "claim.submit")}
          </button>
          <p role="status" className="note">
            {isPending && say.text("claim.busyNote")}
          </p>
        </div>
      </div>
      {shown && <RefusalNotice refused={shown} />}
    </form>
  );
}

interface PrintedProps extends Pick<ReturnType<typeof useTypedSticker>, "typed" | "ending"> {
  readonly what: "serial" | "code";
  readonly type: (change: Partial<Sticker>) => void;
}

/** One of the two that are printed on a sticker; either takes a whole sticker from a scanner, which is longer. */
function Printed({ what, typed, type, ending }: PrintedProps) {
  const { say } = useWords();
  const id = useId();
  return (
    <Field id={id} label={say.text(`claim.${what}`)} hint={say.text(`claim.${what}Hint`)}>
      <input
        id={id}
        aria-describedby={`${id}-hint`}
        {...ending}
        autoComplete="off"
        autoCapitalize="off"
        spellCheck={false}
        required
        maxLength={240}
        value={typed[what]}
        onChange={(event) => type({ [what]: event.target.value })}
      />
    </Field>
  );
}

/** What the gateway is to be called. */
function Name({ isWrong }: { isWrong: boolean }) {
  const { say } = useWords();
  const id = useId();
  return (
    <Field id={id} label={say.text("claim.id")} hint={say.text("claim.idHint")}>
      <input
        id={id}
        name="gatewayId"
        aria-describedby={`${id}-hint`}
        aria-invalid={isWrong}
        maxLength={40}
        autoComplete="off"
        autoCapitalize="none"
        spellCheck={false}
      />
    </Field>
  );
}
