/**
 * Mutants that no test can notice, because the contract behaves the same. Named by file and by the line as it becomes;
 * one that a test does notice has no place here.
 */
export const equivalents: Readonly<Record<string, string>> = {
  "ConsistencyProof.sol: if (proof.length <= next) return false;":
    "size1 < size2 here, so sn is above 0 after the trailing ones are cut off, and a proof without another node is refused at the end",
};
