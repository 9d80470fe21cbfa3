// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ConsistencyHarness} from "./ConsistencyHarness.sol";
import {Tree} from "./Tree.sol";
import {vm} from "./Vm.sol";

contract ConsistencyProofTest {
    ConsistencyHarness private harness;

    function setUp() public {
        harness = new ConsistencyHarness();
    }

    function testFuzz_TakesEveryTrueProof(uint256 seed, uint8 a, uint8 b) public view {
        (uint64 m, uint64 n) = _sizes(a, b);
        bytes32[] memory proof = Tree.consistencyProof(seed, m, n);
        require(harness.verify(m, n, Tree.root(seed, m), Tree.root(seed, n), proof), "a true proof was refused");
    }

    function testFuzz_RefusesAnyChangedBit(uint256 seed, uint8 a, uint8 b, uint8 where, uint8 bit) public view {
        (uint64 m, uint64 n) = _sizes(a, b);
        vm.assume(m != n);
        bytes32[] memory proof = Tree.consistencyProof(seed, m, n);
        bytes32 root1 = Tree.root(seed, m);
        bytes32 root2 = Tree.root(seed, n);
        bytes32 flip = bytes32(uint256(1) << bit);
        uint256 target = where % (proof.length + 2);
        if (target == proof.length) root1 ^= flip;
        else if (target > proof.length) root2 ^= flip;
        else proof[target] ^= flip;
        require(!harness.verify(m, n, root1, root2, proof), "a changed proof was taken");
    }

    function testFuzz_RefusesOtherSizes(uint256 seed, uint8 a, uint8 b, uint8 c) public view {
        (uint64 m, uint64 n) = _sizes(a, b);
        uint64 other = uint64(c % 64) + 1;
        vm.assume(other != m && m != n);
        bytes32[] memory proof = Tree.consistencyProof(seed, m, n);
        require(!harness.verify(other, n, Tree.root(seed, m), Tree.root(seed, n), proof), "another size was taken");
    }

    function testFuzz_RefusesLongerAndShorterProofs(uint256 seed, uint8 a, uint8 b, bytes32 extra) public view {
        (uint64 m, uint64 n) = _sizes(a, b);
        vm.assume(m != n);
        bytes32[] memory proof = Tree.consistencyProof(seed, m, n);
        bytes32[] memory longer = new bytes32[](proof.length + 1);
        bytes32[] memory shorter = new bytes32[](proof.length - 1);
        for (uint256 i = 0; i < proof.length; ++i) longer[i] = proof[i];
        for (uint256 i = 0; i < shorter.length; ++i) shorter[i] = proof[i];
        longer[proof.length] = extra;
        bytes32 root1 = Tree.root(seed, m);
        bytes32 root2 = Tree.root(seed, n);
        require(!harness.verify(m, n, root1, root2, longer), "a longer proof was taken");
        require(!harness.verify(m, n, root1, root2, shorter), "a shorter proof was taken");
    }

    function testFuzz_EqualSizesNeedEqualRootsAndNoProof(uint64 n, bytes32 root, bytes32 other) public view {
        vm.assume(n != 0 && root != other);
        require(harness.verify(n, n, root, root, new bytes32[](0)), "a tree isn't itself");
        require(!harness.verify(n, n, root, other, new bytes32[](0)), "two roots of one size were taken");
        require(!harness.verify(n, n, root, root, new bytes32[](1)), "a proof of nothing was taken");
    }

    function testFuzz_AnEmptyTreeProvesNothing(uint64 n, bytes32 root, bytes32[] calldata proof) public view {
        require(!harness.verify(0, n, root, root, proof), "size 0 was taken");
    }

    function testFuzz_NoTreeShrinks(uint64 n, bytes32 root, bytes32[] calldata proof) public view {
        vm.assume(n > 1);
        require(!harness.verify(n, n - 1, root, root, proof), "a shrunken tree was taken");
    }

    function _sizes(uint8 a, uint8 b) private pure returns (uint64 m, uint64 n) {
        n = uint64(b % 64) + 1;
        m = uint64(a) % n + 1;
    }
}
