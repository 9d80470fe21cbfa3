// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ConsistencyProof} from "../ConsistencyProof.sol";

/// @title Shows the internal proof check to tests, with the vectors' 64-bit sizes.
contract ConsistencyHarness {
    function verify(uint64 size1, uint64 size2, bytes32 root1, bytes32 root2, bytes32[] calldata proof)
        external
        view
        returns (bool)
    {
        return ConsistencyProof.verify(size1, size2, root1, root2, proof);
    }
}
