import { Link } from "@tanstack/react-router";
import { useEffect, useRef, useState } from "react";
import type { ClaimedGateway, Gateway } from "#api/console-shapes.ts";
import { Icon } from "../icons.tsx";
import { useStay } from "../use-stay.ts";
import { useWords } from "../use-words.tsx";
import type { ConsoleKey } from "../words.ts";
import { type GatewayState, gatewayState } from "./gateway-state.ts";
import { StateOf } from "./gateway-table.tsx";

interface ClaimedProps {
  readonly claimed: ClaimedGateway;
  /** The gateway as the list has it by now. */
  readonly now: Gateway | undefined;
  readonly nowMs: number;
  readonly close: () => void;
}

const steps = ["enter", "start", "nothing", "sensors"] as const;
/** What a screen reader is told of a change: without the age, which changes every few seconds. */
const announced = {
  waiting: null,
  heard: "done.heard",
  revoked: "gw.state.revoked",
} as const satisfies Readonly<Record<GatewayState, ConsoleKey | null>>;
const credentials = ["username", "clientId", "password"] as const;

/** What a claim gave: the password, shown this once, whether the gateway was heard by now, and what to do next. */
export function Claimed({ claimed: { gateway, mqtt }, now = gateway, nowMs, close }: ClaimedProps) {
  const { say } = useWords();
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  useStay(say.text("done.leave"));
  const news = announced[gatewayState(now)];
  return (
    <section className="card claimed" aria-labelledby="claimed">
      <h2 id="claimed" ref={heading} tabIndex={-1}>
        {say.text("done.title", { gateway: gateway.id })}
      </h2>
      <div className="tone-open">
        <StateOf gateway={now} nowMs={nowMs} />
      </div>
      <p role="status" className="hidden">
        {news !== null && say.text(news)}
      </p>
      <p className="tone-caution flag">
        <Icon name="sensor-fault" />
        <strong>{say.text("done.once")}</strong>
      </p>
      <dl className="facts">
        {credentials.map((name) => (
          <Credential key={name} name={say.text(`done.${name}`)} value={mqtt[name]} />
        ))}
      </dl>
      <h3>{say.text("done.next")}</h3>
      <ol>
        {steps.map((step) => (
          <li key={step}>{say.text(`done.step.${step}`)}</li>
        ))}
      </ol>
      <div className="buttons">
        <button type="button" className="main" onClick={close}>
          {say.text("done.close")}
        </button>
        <Link to="/gateways" hash={`gateway-${gateway.id}`}>
          {say.text("gw.toState", { gateway: gateway.id })}
        </Link>
      </div>
    </section>
  );
}

/** One of the things to enter at the gateway, with a button that copies it where the browser lets us. */
function Credential({ name, value }: { name: string; value: string }) {
  const { say } = useWords();
  const [isCopied, setCopied] = useState(false);
  const copy = () =>
    navigator.clipboard.writeText(value).then(
      () => setCopied(true),
      () => setCopied(false),
    );
  return (
    <div>
      <dt>{name}</dt>
      <dd>
        <code>{value}</code>
        {navigator.clipboard !== undefined && (
          <button type="button" onClick={() => void copy()}>
            {say.text(isCopied ? "done.copied" : "done.copy")}
            <span className="hidden"> {name}</span>
          </button>
        )}
      </dd>
    </div>
  );
}
