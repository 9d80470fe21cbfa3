import { describe, expect, it } from "vitest";
import { wordsFor } from "../../i18n/words.ts";
import {
  goodAnswer,
  recalledAnswer,
  soldAnswer,
  soldTwiceAnswer,
  unknownAnswer,
  warmAnswer,
} from "../sample-answers.ts";
import { verdictSummary } from "../verdict-summary.ts";
import { type Checked, type CheckOutcome, runCheck } from "./run-check.ts";

const words = wordsFor("en", ["check.", "result.", "question.", "known.", "state.", "cold."]);

async function outcomes(
  server: typeof goodAnswer,
  check: () => Promise<Checked>,
  fetched = true,
): Promise<CheckOutcome[]> {
  const shown: CheckOutcome[] = [];
  const fetchText = async (url: string) => {
    if (!fetched) throw new Error(url);
    return url;
  };
  await runCheck(
    { bundle: "b", trust: "t", server: verdictSummary(server), words },
    { fetchText, check },
    (outcome) => shown.push(outcome),
  );
  return shown;
}

async function lastOf(server: typeof goodAnswer, checked: Checked): Promise<CheckOutcome> {
  const last = (await outcomes(server, async () => checked)).at(-1);
  if (last === undefined) throw new Error("nothing was shown");
  return last;
}

describe("the check in the page", () => {
  it("says that it runs, then that it agrees, and with whose help", async () => {
    const [first, last] = await outcomes(goodAnswer, async () => ({
      result: "VALID_FINAL",
      answer: goodAnswer,
    }));
    expect(first).toMatchObject({ tone: "running", loud: false });
    expect(last).toMatchObject({ tone: "agrees", details: [], loud: false });
    expect(last?.sentence).toContain("with our help: Proved and final");
  });

  it("is loud when the recomputed verdict is another, naming both", async () => {
    const last = await lastOf(goodAnswer, { result: "VALID_FINAL", answer: warmAnswer });
    expect(last).toMatchObject({ tone: "stop", loud: true });
    expect(last.details).toEqual([
      "Was it kept cold? Above: Yes, within its limits. Checked here: No, it left its limits.",
    ]);
    const sold = await lastOf(soldAnswer, { result: "VALID_FINAL", answer: soldTwiceAnswer });
    expect(sold).toMatchObject({ tone: "stop", loud: true });
    expect(sold.details[0]).toContain("Sold more than once (2)");
  });

  it("differences are loud even if the chain could not be asked", async () => {
    expect(await lastOf(goodAnswer, { result: "CHAIN_UNREACHABLE", answer: warmAnswer })).toMatchObject({
      loud: true,
    });
  });

  it("a sale or recall too new to be sealed is no difference; hiding a sealed one is", async () => {
    for (const server of [soldAnswer, recalledAnswer, soldTwiceAnswer]) {
      const last = await lastOf(server, { result: "VALID_FINAL", answer: goodAnswer });
      expect(last).toMatchObject({ tone: "agrees", details: [words["check.newer"]] });
    }
    expect(await lastOf(goodAnswer, { result: "VALID_FINAL", answer: soldAnswer })).toMatchObject({
      loud: true,
    });
    expect(await lastOf(goodAnswer, { result: "VALID_FINAL", answer: recalledAnswer })).toMatchObject({
      loud: true,
    });
    expect(await lastOf(soldAnswer, { result: "VALID_FINAL", answer: unknownAnswer })).toMatchObject({
      loud: true,
    });
  });

  it.each(["CHAIN_UNREACHABLE", "NOT_ANCHORED_YET", "STALE"])(
    "%s is open, not good and not loud",
    async (result) => {
      expect(await lastOf(goodAnswer, { result, answer: goodAnswer })).toMatchObject({
        tone: "open",
        loud: false,
      });
    },
  );

  it.each(["TAMPERED", "BAD_SIGNATURE", "MALFORMED"])("%s is loud", async (result) => {
    expect(await lastOf(goodAnswer, { result, answer: null })).toMatchObject({ tone: "stop", loud: true });
  });

  it("a proof without contents is never good", async () => {
    expect(await lastOf(goodAnswer, { result: "VALID_FINAL", answer: null })).toMatchObject({ tone: "open" });
  });

  it("a failed fetch and a check that breaks say that nothing was checked", async () => {
    const unfetched = await outcomes(
      goodAnswer,
      async () => ({ result: "VALID_FINAL", answer: goodAnswer }),
      false,
    );
    expect(unfetched.at(-1)).toMatchObject({ tone: "open", sentence: words["check.failedFetch"] });
    const broken = await outcomes(goodAnswer, () => Promise.reject(new Error("broken")));
    expect(broken.at(-1)).toMatchObject({ tone: "open", sentence: words["check.failed"] });
  });
});
