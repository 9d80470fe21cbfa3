import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { ClaimedGateway, Gateway } from "#api/console-shapes.ts";
import { readSticker } from "#domain/codes/gateway-sticker.ts";
import { ApiError, postJson } from "../api.ts";
import { gatewaysQuery } from "../queries.ts";
import { type ClaimRefusal, claimRefusal } from "./claim-refusal.ts";

/** What is sent to claim a gateway; without a `gatewayId` its serial names it. */
export interface Claim {
  readonly sticker: string;
  readonly site: string;
  readonly gatewayId?: string;
}

/** Why a claim was refused, and the gateway that it would have been. */
export interface Refused {
  readonly why: ClaimRefusal;
  readonly claim: Claim;
  readonly ours: Gateway | undefined;
}

/** Claiming a gateway: the way to do so, what came of it, and the way to put that away. */
export function useClaim(gateways: readonly Gateway[]) {
  const client = useQueryClient();
  const { mutate, data, error, variables, isPending, reset } = useMutation({
    mutationFn: async (claim: Claim) => {
      const claimed = await postJson<ClaimedGateway>("/v1/gateways/claim", claim);
      if (claimed === null) throw new ApiError(0, "an empty answer");
      return claimed;
    },
    // What is shown once isn't kept longer than it is shown.
    gcTime: 0,
    onSettled: () => client.invalidateQueries(gatewaysQuery),
  });
  const serial = readSticker(variables?.sticker ?? "")?.serial;
  const ours = gateways.find((gateway) => serial !== undefined && gateway.serial === serial);
  const refused: Refused | null =
    error === null || variables === undefined
      ? null
      : { why: claimRefusal(error, ours), claim: variables, ours };
  return { claim: mutate, claimed: data ?? null, refused, isPending, reset };
}
