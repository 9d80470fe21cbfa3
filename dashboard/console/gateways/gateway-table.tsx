import type { Gateway, Site } from "#api/console-shapes.ts";
import { formatShort } from "../../i18n/format.ts";
import { Icon, type IconName } from "../icons.tsx";
import { Table } from "../table.tsx";
import { useWords } from "../use-words.tsx";
import { type GatewayState, gatewayState, gatewayTones, gatewayWords } from "./gateway-state.ts";

interface GatewayTableProps {
  readonly gateways: readonly Gateway[];
  readonly sites: readonly Site[];
  readonly nowMs: number;
}

const heads = ["gateway", "site", "state", "keys", "signature"] as const;
const icons = {
  waiting: "never-reported",
  heard: null,
  revoked: "cross",
} as const satisfies Readonly<Record<GatewayState, IconName | null>>;

/** Gateways of the organisation, in the order given: where each stands, whether it was heard, and which keys hold. */
export function GatewayTable({ gateways, sites, nowMs }: GatewayTableProps) {
  const { say } = useWords();
  const siteNames = new Map(sites.map(({ id, names }) => [id, say.name(names)]));
  const rows = gateways.map((gateway) => ({
    key: gateway.id,
    className: `tone-${gatewayTones[gatewayState(gateway)]}`,
    cells: [
      <Named key="gateway" gateway={gateway} />,
      siteNames.get(gateway.site ?? "") ?? gateway.site ?? "–",
      <StateOf key="state" gateway={gateway} nowMs={nowMs} />,
      <Keys key="keys" gateway={gateway} nowMs={nowMs} />,
      say.text(gateway.signatureRequired ? "gateways.signed" : "gateways.unsigned"),
    ],
  }));
  return (
    <Table
      className="gateways"
      caption={say.text("gw.title")}
      heads={heads.map((head) => say.text(`gw.head.${head}`))}
      rows={rows}
    />
  );
}

function Named({ gateway: { id, serial } }: { gateway: Gateway }) {
  const { say } = useWords();
  return (
    <span id={`gateway-${id}`} tabIndex={-1}>
      {id}
      {serial !== null && <small>{say.text("gw.serial", { serial })}</small>}
    </span>
  );
}

/** Whether anything came from a gateway, with a sign and in words. */
export function StateOf({ gateway, nowMs }: { gateway: Gateway; nowMs: number }) {
  const { say } = useWords();
  const { state, more } = gatewayWords(gateway, nowMs, say);
  const icon = icons[gatewayState(gateway)];
  return (
    <span className={icon === null ? undefined : "state"}>
      {icon !== null && <Icon name={icon} />}
      <span>
        {state}
        {more !== null && <small>{more}</small>}
      </span>
    </span>
  );
}

function Keys({ gateway: { keys }, nowMs }: { gateway: Gateway; nowMs: number }) {
  const { say } = useWords();
  if (keys.length === 0) return <>{say.text("gw.key.none")}</>;
  return (
    <ul className="keys">
      {keys.map(({ kid, alg, revokedAt }) => {
        const untilMs = revokedAt === null ? null : Date.parse(revokedAt);
        const clock = untilMs === null ? "" : formatShort(say.lang, untilMs, nowMs);
        const ends = untilMs !== null && untilMs > nowMs ? "gw.key.until" : "gw.key.revoked";
        return (
          <li key={kid}>
            <code title={kid}>{kid}</code>
            <small>
              {alg} · {untilMs === null ? say.text("gw.key.holds") : say.text(ends, { clock })}
            </small>
          </li>
        );
      })}
    </ul>
  );
}
