import { type FormEvent, type ReactNode, useEffect, useId, useRef, useState } from "react";
import type { Site } from "#api/console-shapes.ts";
import { type Sticker, stickerText } from "#domain/codes/gateway-sticker.ts";
import { useStay } from "../use-stay.ts";
import { useWords } from "../use-words.tsx";
import { CameraDialog } from "./camera-dialog.tsx";
import { RefusalNotice } from "./refusal-notice.tsx";
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
      <Field id={`${id}-serial`} label={say.text("claim.serial")} hint={say.text("claim.serialHint")}>
        <input
          {...printed(`${id}-serial`)}
          {...ending}
          maxLength={240}
          value={typed.serial}
          onChange={(event) => type({ serial: event.target.value })}
        />
      </Field>
      <Field id={`${id}-code`} label={say.text("claim.code")} hint={say.text("claim.codeHint")}>
        <input
          {...printed(`${id}-code`)}
          {...ending}
          maxLength={240}
          value={typed.code}
          onChange={(event) => type({ code: event.target.value })}
        />
      </Field>
      <div className="rest" ref={rest}>
        <Field id={`${id}-site`} label={say.text("claim.site")}>
          <SiteChoice id={`${id}-site`} sites={sites} />
        </Field>
        <Field id={`${id}-id`} label={say.text("claim.id")} hint={say.text("claim.idHint")}>
          <input
            id={`${id}-id`}
            name="gatewayId"
            aria-describedby={`${id}-id-hint`}
            aria-invalid={shown?.why === "id" || shown?.why === "badId"}
            maxLength={40}
            autoComplete="off"
            autoCapitalize="none"
            spellCheck={false}
          />
        </Field>
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

/** What holds for both fields that are printed on a sticker. */
function printed(id: string) {
  const plain = { autoComplete: "off", autoCapitalize: "off", spellCheck: false, required: true } as const;
  return { id, "aria-describedby": `${id}-hint`, ...plain };
}

function Scan({ found, read }: { found: (sticker: Sticker) => void; read: string | null }) {
  const { say } = useWords();
  const [isOpen, setOpen] = useState(false);
  return (
    <div className="scan">
      <div className="buttons">
        <button type="button" onClick={() => setOpen(true)}>
          {say.text("claim.scan")}
        </button>
        <p className="note">{say.text("claim.or")}</p>
      </div>
      <p role="status" className="saved">
        {read !== null && say.text("claim.read", { serial: read })}
      </p>
      {isOpen && <CameraDialog close={() => setOpen(false)} found={found} />}
    </div>
  );
}

function SiteChoice({ id, sites }: { id: string; sites: readonly Site[] }) {
  const { say } = useWords();
  const [only] = sites.length === 1 ? sites : [];
  return (
    <select id={id} name="site" required defaultValue={only?.id ?? ""}>
      {only === undefined && <option value="">{say.text("claim.siteChoose")}</option>}
      {sites.map((site) => (
        <option key={site.id} value={site.id}>
          {say.name(site.names)}
        </option>
      ))}
    </select>
  );
}

interface FieldProps {
  readonly id: string;
  readonly label: string;
  readonly hint?: string;
  readonly children: ReactNode;
}

function Field({ id, label, hint, children }: FieldProps) {
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      {children}
      {hint !== undefined && (
        <p className="note" id={`${id}-hint`}>
          {hint}
        </p>
      )}
    </div>
  );
}
