import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { Gateway, Me, Site } from "#api/console-shapes.ts";
import { Heading } from "../heading.tsx";
import { More } from "../more.tsx";
import { meQuery } from "../queries.ts";
import { useLiveSites } from "../shell/use-live.tsx";
import { Skeleton, Trouble } from "../trouble.tsx";
import { useWords } from "../use-words.tsx";
import { ClaimForm } from "./claim-form.tsx";
import { Claimed } from "./claimed-gateway.tsx";
import { GatewayTable } from "./gateway-table.tsx";
import { useClaim } from "./use-claim.ts";
import { useGateways } from "./use-gateways.ts";

/** The organisation's gateways: a new one is claimed by its sticker, and whether each was heard. */
export function GatewaysPage() {
  const { say } = useWords();
  const { data: me } = useQuery(meQuery);
  const { query, gateways, find } = useGateways();
  const { query: reach, serverNowMs: nowMs } = useLiveSites();
  const sites = reach.data?.sites.filter(({ organisation }) => organisation.id === me?.organisation.id);
  return (
    <>
      <Heading title={say.text("gw.title")} />
      <p className="lead">
        {say.text("gw.lead")} <Link to="/findings">{say.text("gw.findings")}</Link>
      </p>
      {me && sites && (
        <ClaimSection me={me} sites={sites} gateways={gateways ?? []} find={find} nowMs={nowMs} />
      )}
      {query.isError && <Trouble error={query.error} retry={() => void query.refetch()} />}
      {gateways === undefined || sites === undefined ? (
        query.isPending && <Skeleton lines={6} />
      ) : (
        <section className="card" aria-labelledby="own">
          <h2 id="own">{say.text("gw.own", { organisation: me ? say.name(me.organisation.names) : "" })}</h2>
          {gateways.length === 0 ? (
            <p>{say.text("gw.none")}</p>
          ) : (
            <GatewayTable gateways={gateways} sites={sites} nowMs={nowMs} />
          )}
          <More query={query}>{say.text("gw.more")}</More>
        </section>
      )}
    </>
  );
}

interface ClaimSectionProps {
  readonly me: Me;
  readonly sites: readonly Site[];
  readonly gateways: readonly Gateway[];
  readonly find: (id?: string) => Promise<void>;
  readonly nowMs: number;
}

function ClaimSection({ me, sites, gateways, find, nowMs }: ClaimSectionProps) {
  const { say } = useWords();
  const { claim, claimed, refused, isPending, reset } = useClaim(gateways, find);
  if (!me.mayKeepGateways) return <p className="note">{say.text("claim.readOnly")}</p>;
  if (claimed !== null) {
    const now = gateways.find(({ id }) => id === claimed.gateway.id);
    const close = () => {
      reset();
      // What had the focus is gone; without a new place for it a screen reader would start over.
      document.querySelector("h1")?.focus();
    };
    return <Claimed claimed={claimed} now={now} nowMs={nowMs} close={close} />;
  }
  return (
    <section className="card claiming" aria-labelledby="claim">
      <h2 id="claim">{say.text("claim.title")}</h2>
      {sites.length === 0 ? (
        <p>{say.text("claim.noSite")}</p>
      ) : (
        <ClaimForm sites={sites} claim={claim} refused={refused} isPending={isPending} forget={reset} />
      )}
    </section>
  );
}
