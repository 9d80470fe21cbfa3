// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title RFC 9162 §2.1.4.2: does a tree extend another?
/// @dev Internal only; SHA-256 by the precompile at address 2.
library ConsistencyProof {
    /// @notice The precompile failed, or answered anything but 32 bytes: a chain without it must not look like a proof.
    error Sha256Unavailable();

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
                first = _node(sibling, first);
                second = _node(sibling, second);
                while (fn & 1 == 0 && fn != 0) {
                    fn >>= 1;
                    sn >>= 1;
                }
            } else {
                second = _node(second, sibling);
            }
            fn >>= 1;
            sn >>= 1;
        }
        return sn == 0 && first == root1 && second == root2;
    }

    /// @dev SHA-256(0x01 ‖ left ‖ right), RFC 9162 §2.1.1.
    function _node(bytes32 left, bytes32 right) private view returns (bytes32 hash) {
        bool answered;
        assembly ("memory-safe") {
            let input := mload(0x40)
            mstore8(input, 1)
            mstore(add(input, 1), left)
            mstore(add(input, 33), right)
            answered := staticcall(gas(), 2, input, 65, 0, 32)
            answered := and(answered, eq(returndatasize(), 32))
            hash := mload(0)
        }
        if (!answered) revert Sha256Unavailable();
    }
}
