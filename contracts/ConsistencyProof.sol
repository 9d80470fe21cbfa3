// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {TreeNode} from "./TreeNode.sol";

/// @title RFC 9162 §2.1.4.2: does a tree extend another?
/// @dev Internal only.
library ConsistencyProof {
    /// @notice Whether `proof` shows that the tree of `root2` begins with the tree of `root1`.
    /// @dev False, never a revert, for size1 = 0, size1 > size2, a proof too long or too short.
    function verify(uint256 size1, uint256 size2, bytes32 root1, bytes32 root2, bytes32[] calldata proof)
        internal
        view
        returns (bool)
    {
        if (size1 == 0 || size1 > size2) return false;
        if (size1 == size2) return proof.length == 0 && root1 == root2;

        uint256 fn = size1 - 1;
        uint256 sn = size2 - 1;
        while (fn & 1 == 1) {
            fn >>= 1;
            sn >>= 1;
        }
        // fn is 0 just where size1 is a power of two: then root1 is a node of the new tree and isn't sent.
        uint256 next = fn == 0 ? 0 : 1;
        if (proof.length < next) return false;
        bytes32 first = next == 0 ? root1 : proof[0];
        bytes32 second = first;
        while (next < proof.length) {
            if (sn == 0) return false;
            bytes32 sibling = proof[next];
            unchecked {
                ++next;
            }
            if (fn & 1 == 1 || fn == sn) {
                first = TreeNode.hashOf(sibling, first);
                second = TreeNode.hashOf(sibling, second);
                while (fn & 1 == 0 && fn != 0) {
                    fn >>= 1;
                    sn >>= 1;
                }
            } else {
                second = TreeNode.hashOf(second, sibling);
            }
            fn >>= 1;
            sn >>= 1;
        }
        return sn == 0 && first == root1 && second == root2;
    }
}
