import { Wallet } from "ethers";
import { afterEach, expect, it } from "vitest";
import { type SignerLie, type SignerServer, startSigner } from "#test/support/signer-server.ts";
import { outsideSigner } from "./signer.ts";

const key = `0x${"42".repeat(32)}`;
const stranger = new Wallet(`0x${"43".repeat(32)}`).address;
const legacy = { chainId: 7, nonce: 3, to: stranger, data: "0x01", gasLimit: 60_000n, type: 0, gasPrice: 5n };
const { gasPrice: _, type: __, ...common } = legacy;
const modern = { ...common, type: 2, maxFeePerGas: 9n, maxPriorityFeePerGas: 1n };
const { to: ___, ...deployment } = modern;

let server: SignerServer;
afterEach(() => server.stop());

it.each([
  ["web3signer", legacy],
  ["web3signer", modern],
  ["clef", modern],
  ["clef", deployment],
] as const)(
  "takes what a signer as %s signs, byte for byte what its key would sign",
  async (dialect, asked) => {
    server = await startSigner(key, dialect);
    const raw = await outsideSigner(server.url, server.account).sign(asked);
    expect(raw).toBe(await new Wallet(key).signTransaction(asked));
  },
);

const lies: [string, SignerLie][] = [
  ["another receiver", (asked) => ({ ...asked, to: server.account })],
  ["other data", (asked) => ({ ...asked, data: "0x02" })],
  ["another nonce", (asked) => ({ ...asked, nonce: 4 })],
  ["another chain", (asked) => ({ ...asked, chainId: 8 })],
  ["money with it", (asked) => ({ ...asked, value: 1n })],
  ["a higher fee", (asked) => ({ ...asked, maxFeePerGas: 10n })],
  ["more gas", (asked) => ({ ...asked, gasLimit: 60_001n })],
  [
    "another kind",
    ({ maxFeePerGas: f, maxPriorityFeePerGas: t, ...rest }) => ({ ...rest, type: 0, gasPrice: 9n }),
  ],
];

it.each(lies)("refuses a signer that signs %s", async (_name, lie) => {
  server = await startSigner(key);
  server.lie(lie);
  const refused = outsideSigner(server.url, server.account).sign(modern);
  await expect(refused).rejects.toMatchObject({
    code: "CONFLICT",
    message: expect.stringContaining("another transaction"),
  });
});

it("refuses what another account signed, and an account that the signer doesn't have", async () => {
  server = await startSigner(key);
  const signer = outsideSigner(server.url, server.account);
  server.lie((asked) => new Wallet(`0x${"44".repeat(32)}`).signTransaction(asked));
  await expect(signer.sign(modern)).rejects.toThrow("not as ANCHOR_ACCOUNT");
  await expect(outsideSigner(server.url, stranger).sign(modern)).rejects.toThrow("no such account");
});

it.each(["", "0x", "0x02ff", "signed", `0x${"00".repeat(100)}`])(
  "refuses %j as a signed transaction",
  async (answer) => {
    server = await startSigner(key);
    server.lie(() => answer);
    const refused = outsideSigner(server.url, server.account).sign(modern);
    await expect(refused).rejects.toMatchObject({ code: "CONFLICT" });
  },
);
