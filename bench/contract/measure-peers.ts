import { id } from "ethers";
import hre, { network } from "hardhat";
import { type PeerPackage, readPeerFiles } from "./peer-contract.ts";

const documentStore: PeerPackage = {
  spec: "@govtechsg/document-store@3.0.0",
  integrity:
    "sha512-RW13l0pCaxfWWuBjKR3he7ddMzz21I6Oh4R9uBN63/IrPq9yummFaEOKQw42izh01ybnoFng88D9uePwarLyhg==",
};
const attestations: PeerPackage = {
  spec: "@ethereum-attestation-service/eas-contracts@1.9.0",
  integrity:
    "sha512-L60y1fgKlY3a45xxnPlgRbiGQY8RF/lF+AzF1iVoR7/aEzitS0Nuyyjq8+IXs1sSSU0dl2+yGSmELxVeB6FelA==",
};

/** What it costs a peer to put one hash on the chain. */
export interface PeerGas {
  readonly peer: string;
  readonly call: string;
  readonly gas: number;
}

/** OpenAttestation, EAS and an anchor that only emits an event, each on a chain like the one of our own figures. */
export async function measurePeers(): Promise<PeerGas[]> {
  return [await measureDocumentStore(), await measureTimestamp(), await measureEvent()];
}

async function measureDocumentStore(): Promise<PeerGas> {
  const [text = ""] = await readPeerFiles(documentStore, [
    "dist/contracts/factories/contracts/DocumentStore__factory.js",
  ]);
  const bytecode = /"(0x60[0-9a-f]+)"/.exec(text)?.[1];
  if (bytecode === undefined) throw new Error(`${documentStore.spec} carries no bytecode`);
  const { ethers } = await network.connect();
  const [owner] = await ethers.getSigners();
  const abi = ["constructor(string name, address owner)", "function issue(bytes32 document)"];
  const store = await new ethers.ContractFactory(abi, bytecode, owner).deploy("bench", owner?.address);
  return {
    peer: documentStore.spec,
    call: "issue",
    gas: await secondGas((hash) => store.getFunction("issue")(hash)),
  };
}

async function measureTimestamp(): Promise<PeerGas> {
  const [registryText = "", easText = ""] = await readPeerFiles(attestations, [
    "artifacts/contracts/SchemaRegistry.sol/SchemaRegistry.json",
    "artifacts/contracts/EAS.sol/EAS.json",
  ]);
  const { ethers } = await network.connect();
  const [owner] = await ethers.getSigners();
  const deploy = (text: string, ...args: unknown[]) => {
    const { abi, bytecode } = JSON.parse(text);
    return new ethers.ContractFactory(abi, bytecode, owner).deploy(...args);
  };
  const eas = await deploy(easText, await (await deploy(registryText)).getAddress());
  return {
    peer: attestations.spec,
    call: "timestamp",
    gas: await secondGas((hash) => eas.getFunction("timestamp")(hash)),
  };
}

async function measureEvent(): Promise<PeerGas> {
  await hre.tasks.getTask("compile").run({ quiet: true });
  const { ethers } = await network.connect();
  const anchor = await ethers.deployContract("EventOnlyAnchor");
  return {
    peer: "event only",
    call: "anchor",
    gas: await secondGas((hash) => anchor.getFunction("anchor")(hash)),
  };
}

type Send = (hash: string) => Promise<{ wait(): Promise<{ gasUsed: bigint } | null> }>;

/** The gas of the second hash: the first may pay for things that are made once. */
async function secondGas(send: Send): Promise<number> {
  await (await send(id("first"))).wait();
  return Number((await (await send(id("second"))).wait())?.gasUsed);
}
