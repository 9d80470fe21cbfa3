// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {InclusionProof} from "../InclusionProof.sol";

/// @title Shows the internal proof check to tests, with the vectors' 64-bit sizes. Never deployed.
contract InclusionHarness {
    struct Claim {
        uint64 index;
        uint64 size;
        bytes32 leafHash;
        bytes32 root;
        bytes32[] proof;
    }

    function verifyEach(Claim[] calldata claims) external view returns (bool[] memory verdicts) {
        verdicts = new bool[](claims.length);
        for (uint256 i = 0; i < claims.length; ++i) {
            Claim calldata c = claims[i];
            verdicts[i] = InclusionProof.verify(c.index, c.size, c.leafHash, c.root, c.proof);
        }
    }

    function verify(uint64 index, uint64 size, bytes32 leafHash, bytes32 root, bytes32[] calldata proof)
        external
        view
        returns (bool)
    {
        return InclusionProof.verify(index, size, leafHash, root, proof);
    }
}
