// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title A node of RFC 9162's tree.
/// @dev Internal only; SHA-256 by the precompile at address 2.
library TreeNode {
    /// @notice The precompile failed, or answered anything but 32 bytes: a chain without it must not look like a proof.
    error Sha256Unavailable();

    /// @dev SHA-256(0x01 ‖ left ‖ right), RFC 9162 §2.1.1.
    function hashOf(bytes32 left, bytes32 right) internal view returns (bytes32 hash) {
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
