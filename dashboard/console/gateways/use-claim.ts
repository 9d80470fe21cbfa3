import { useMutation } from "@tanstack/react-query";
import type { ClaimedGateway, Gateway } from "#api/console-shapes.ts";
import { ApiError, postJson } from "../api.ts";
import { type ClaimRefusal, claimRefusal } from "./claim-refusal.ts";

/** What is sent to claim a gateway; without a `gatewayId` its serial names it. */
export interface Claim {
  readonly sticker: string;
  readonly site: string;
  readonly gatewayId?: string;
}

/** Why a claim was refused. */
export interface Refused extends ClaimRefusal {
  readonly claim: Claim;
}

/**
 * Claiming a gateway: the way to do so, what came of it, and the way to put that away. `find` brings the list up to date, on
 * to a gateway that is told to be in it.
 */
export function useClaim(gateways: readonly Gateway[], find: (id?: string) => Promise<void>) {
  const { mutate, data, error, variables, isPending, reset } = useMutation({
    mutationFn: async (claim: Claim) => {
      const claimed = await postJson<ClaimedGateway>("/v1/gateways/claim", claim);
      if (claimed === null) throw new ApiError(0, "an empty answer");
      return claimed;
    },
    // What is shown once isn't kept longer than it is shown.
    gcTime: 0,
    // Not awaited: the password waits for no list. What a refusal means does.
    onSuccess: () => void find(),
    onError: (error) => find(claimRefusal(error, []).ours),
  });
  const refused: Refused | null =
    error === null || variables === undefined ? null : { ...claimRefusal(error, gateways), claim: variables };
  return { claim: mutate, claimed: data ?? null, refused, isPending, reset };
}
