import { toHex } from "#domain/log/bytes.ts";
import type { Tx } from "#store/connect.ts";
import { type Finding, recordFindings } from "#store/findings.ts";
import { equipmentBehind } from "#store/sequence-gaps.ts";
import { bootsADay } from "./admit-boots.ts";
import type { BootBack } from "./boot-order.ts";
import type { Arrival, Tracked } from "./track-arrivals.ts";

/** Keeps as findings what doesn't add up in the numbers of messages: used twice, too many boots, a boot that went back. */
export async function tellFindings(
  tx: Tx,
  { conflicts, refused }: Pick<Tracked, "conflicts" | "refused">,
  back: readonly BootBack[],
  now: number,
): Promise<void> {
  await recordFindings(
    tx,
    [...conflicts.map(ofConflict), ...ofRefused(refused), ...(await ofBack(tx, back))],
    now,
  );
}

function ofConflict({ position, inboxId, sha256 }: Arrival): Finding {
  const { tenant, gateway, boot, seq } = position;
  const detail = { boot, seq, inboxId, sha256: toHex(sha256) };
  return { tenant, kind: "SEQ_CONFLICT", subject: gateway, detail };
}

/** One finding for each gateway and step; each of its messages becomes a dead letter besides. */
function ofRefused(refused: readonly Arrival[]): Finding[] {
  return [...Map.groupBy(refused, ({ position }) => position.gateway)].map(([gateway, own]) => {
    const { position, inboxId } = own[0] as Arrival;
    const detail = { boot: position.boot, inboxId, messages: own.length, bootsADay };
    return { tenant: position.tenant, kind: "TOO_MANY_BOOTS", subject: gateway, detail };
  });
}

/** One finding on each equipment behind the gateway; on the gateway itself where no sensor hangs on it. */
async function ofBack(tx: Tx, back: readonly BootBack[]): Promise<Finding[]> {
  const keys = back.map(({ first: { position } }) => ({
    ...{ tenantId: position.tenant, gatewayId: position.gateway, boot: position.boot },
  }));
  const equipment = await equipmentBehind(tx, keys);
  return back.flatMap(({ first: { position, inboxId }, messages, newest }): Finding[] => {
    const { tenant, gateway, boot, seq } = position;
    const detail = { gateway, boot, newest, seq, inboxId, messages };
    const subjects = equipment.get(`${tenant}/${gateway}`) ?? [gateway];
    return subjects.map((subject) => ({ tenant, kind: "BOOT_BACK", subject, detail }));
  });
}
