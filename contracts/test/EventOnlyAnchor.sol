// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title The least an anchor can do: its owner announces a root, and nothing is kept or checked. A peer in the bench.
contract EventOnlyAnchor {
    address private immutable _owner = msg.sender;

    event Anchored(bytes32 root);

    error NotOwner();

    function anchor(bytes32 root) external {
        if (msg.sender != _owner) revert NotOwner();
        emit Anchored(root);
    }
}
