/** The sentences of the single-file verifier, besides those it takes from the patient's page. */
import type { Language } from "../i18n/format.ts";

const zh = {
  title: "Coldmark 证明核验",
  lead: "这个文件独立运行：它在您的电脑上核验证明，不联网，也不经过我们。",
  language: "English",
  bundle: "证明文件",
  bundleHint: "选择文件，或把文件拖到本页任何地方。",
  trust: "信任文件",
  trustHint: "来自您信任的人，不要与证明一起取得。",
  code: "药盒上的追溯码",
  codeHint: "请照药盒上的码输入，不要从证明里抄。",
  rpc: "区块链接口地址（可选）",
  rpcHint: "不填则完全不联网，结果最多为“尚未最终确定”。填写后，本页只允许连接这一个地址。",
  check: "核验",
  anew: "重新打开本页，换一个地址",
  locked: "本页打开期间不能更换地址。",
  running: "正在核验……",
  noBundle: "请先选择证明文件。",
  equipment: "这是一台设备的证明，不是药盒的证明。本页不核验设备：请用 ./coldmark verify。",
  noTrust: "请先选择信任文件：没有它，任何密钥都不可信。",
  badTrust: "这不是信任文件：{reason}",
  badRpc: "这不是 http 或 https 地址。",
  asOf: "最新已证明的上链时间：{asOf}",
  asOfNone: "没有已证明的上链时间。",
  noCode: "没有输入追溯码：结果说的是证明里的码（{subject}），不是您手中的药盒。",
  answers: "证明里说的内容",
  findings: "核验程序的说明（英文）",
  "chain.operator": "此链由运营方运行，对外人不构成证明。",
  "chain.consortium": "此链由多家机构共同运行。",
  "chain.public": "此链为公共链。",
  "means.VALID_FINAL": "证明中的内容已写入日志，并已在链上最终确定，无法再更改。",
  "means.VALID_PROVISIONAL": "内容完整、签名正确。但没有询问区块链，或链上尚未最终确定。",
  "means.NOT_ANCHORED_YET": "链上还没有这一状态。请过几分钟再核验。",
  "means.ANCHOR_UNPROVED": "没有发现矛盾，但它在链上的位置没有得到证明。",
  "means.STALE": "证明成立，但比您允许的更旧。请取一份新的证明。",
  "means.REVOKED": "链上已召回该批次。证明本身成立，药品不要使用。",
  "means.KEY_UNKNOWN": "证明不是由您信任的日志签名的。",
  "means.SUBJECT_MISMATCH": "证明说的是另一个追溯码或另一批号，或没有给出该码的全部记录。请核对药盒。",
  "means.TAMPERED": "内容或读数与当初封存的不同。不要相信这份证明。",
  "means.BAD_PATH": "证明的路径没有通向应到的地方，或缺了一部分。",
  "means.BAD_SIGNATURE": "签名与内容不符。不要相信这份证明。",
  "means.FORK_DETECTED": "同一日志出现了两个历史。请保留这份文件并告知监管部门。",
  "means.CHAIN_UNREACHABLE": "区块链没有回答，或回答属于另一条链。对证明本身没有下结论。",
  "means.MALFORMED": "这不是证明文件，或已损坏。",
} as const;

/** Every sentence of the page by its key. */
export type PageWord = keyof typeof zh;

const en: Readonly<Record<PageWord, string>> = {
  title: "Coldmark proof check",
  lead: "This file works by itself: it checks a proof on your computer, without a network and without us.",
  language: "中文",
  bundle: "Proof",
  bundleHint: "Choose the file, or drop it anywhere on this page.",
  trust: "Trust file",
  trustHint: "From somebody you trust, not from where the proof came.",
  code: "Code on the pack",
  codeHint: "Type it off the pack, don't copy it from the proof.",
  rpc: "Address of a chain's RPC (optional)",
  rpcHint:
    "Without it nothing is sent anywhere, and no result is better than “not final yet”. With it this page may connect to that one address only.",
  check: "Check",
  anew: "Open this page anew, for another address",
  locked: "The address can't change while this page is open.",
  running: "Checking …",
  noBundle: "Choose a proof first.",
  equipment:
    "This is the proof of an equipment, not of a pack. This page doesn't check those: use ./coldmark verify.",
  noTrust: "Choose a trust file first: without it no key is known.",
  badTrust: "This is not a trust file: {reason}",
  badRpc: "This is not an http or https address.",
  asOf: "Newest proven anchor: {asOf}",
  asOfNone: "No anchor is proved.",
  noCode:
    "No code was typed: this speaks of the code in the proof ({subject}), not of the pack in your hand.",
  answers: "What the proof says",
  findings: "What the verifier says",
  "chain.operator": "The chain is run by the operator: it proves nothing to outsiders.",
  "chain.consortium": "The chain is run by several organisations together.",
  "chain.public": "The chain is a public one.",
  "means.VALID_FINAL":
    "What the proof shows is in the log, final on the chain, and can't be changed any more.",
  "means.VALID_PROVISIONAL":
    "The content is whole and signed. But the chain was not asked, or has not made it final yet.",
  "means.NOT_ANCHORED_YET": "The chain does not have this state yet. Check again in some minutes.",
  "means.ANCHOR_UNPROVED": "Nothing contradicts it, but its place on the chain is not proved.",
  "means.STALE": "The proof holds, but is older than you allow. Get a new one.",
  "means.REVOKED": "The lot is recalled on the chain. The proof holds; don't use the medicine.",
  "means.KEY_UNKNOWN": "The proof is not signed by a log you trust.",
  "means.SUBJECT_MISMATCH":
    "The proof is about another code or lot, or doesn't show all there is of this one. Compare the box.",
  "means.TAMPERED": "Content or readings are not those that were sealed. Don't rely on this proof.",
  "means.BAD_PATH": "A path in the proof does not lead where it should, or a part is left out.",
  "means.BAD_SIGNATURE": "The signature is not over this content. Don't rely on this proof.",
  "means.FORK_DETECTED": "One log has two histories. Keep this file and tell the authority.",
  "means.CHAIN_UNREACHABLE": "The chain did not answer, or another one did. Nothing is said about the proof.",
  "means.MALFORMED": "This is not a proof, or it is damaged.",
};

/** The page's own sentences in both languages. */
export const pageWords: Readonly<Record<Language, Readonly<Record<PageWord, string>>>> = { "zh-CN": zh, en };
