// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {TreeNode} from "./TreeNode.sol";

/// @title RFC 9162 §2.1.3.2: is an entry in a log?
/// @notice For contracts of others that want to check an entry on chain, against the root and size of `IColdmarkLog.head`
/// or of a seal. `ColdmarkLog` checks no inclusion and holds nothing of this.
library InclusionProof {
    /// @notice Whether `proof`, from leaf to root, shows that `leafHash` is leaf `index` of the tree of `size` leaves.
    /// @dev False, never a revert, for index >= size, a proof too long or too short. `leafHash` is SHA-256(0x00 ‖ entry):
    /// hash the entry in your contract; a hash taken from a caller may be that of a node, and no entry.
    function verify(uint256 index, uint256 size, bytes32 leafHash, bytes32 root, bytes32[] calldata proof)
        internal
        view
        returns (bool)
    {
        if (index >= size) return false;
        uint256 fn = index;
        uint256 sn = size - 1;
        bytes32 hash = leafHash;
        for (uint256 next = 0; next < proof.length; ++next) {
            if (sn == 0) return false;
            if (fn & 1 == 1 || fn == sn) {
                hash = TreeNode.hashOf(proof[next], hash);
                while (fn & 1 == 0 && fn != 0) {
                    fn >>= 1;
                    sn >>= 1;
                }
            } else {
                hash = TreeNode.hashOf(hash, proof[next]);
            }
            fn >>= 1;
            sn >>= 1;
        }
        return sn == 0 && hash == root;
    }
}
