// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ConsistencyProof} from "../ConsistencyProof.sol";

/// @title Shows the internal proof check to tests, with the vectors' 64-bit sizes.
contract ConsistencyHarness {
    struct Claim {
        uint64 size1;
        uint64 size2;
        bytes32 root1;
        bytes32 root2;
        bytes32[] proof;
    }

    function verifyEach(Claim[] calldata claims) external view returns (bool[] memory verdicts) {
        verdicts = new bool[](claims.length);
        for (uint256 i = 0; i < claims.length; ++i) {
            Claim calldata c = claims[i];
            verdicts[i] = ConsistencyProof.verify(c.size1, c.size2, c.root1, c.root2, c.proof);
        }
    }

    function verify(uint64 size1, uint64 size2, bytes32 root1, bytes32 root2, bytes32[] calldata proof)
        external
        view
        returns (bool)
    {
        return ConsistencyProof.verify(size1, size2, root1, root2, proof);
    }
}
