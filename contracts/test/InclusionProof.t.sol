// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ColdmarkLog} from "../ColdmarkLog.sol";
import {TreeNode} from "../TreeNode.sol";
import {InclusionHarness} from "./InclusionHarness.sol";
import {Tree} from "./Tree.sol";
import {vm} from "./Vm.sol";

contract InclusionProofTest {
    InclusionHarness private harness;

    function setUp() public {
        harness = new InclusionHarness();
    }

    function testFuzz_TakesEveryTrueProof(uint256 seed, uint8 a, uint8 b) public view {
        (uint64 index, uint64 n) = _place(a, b);
        bytes32[] memory proof = Tree.inclusionProof(seed, index, n);
        require(harness.verify(index, n, Tree.leaf(seed, index), Tree.root(seed, n), proof), "a true proof was refused");
    }

    function testFuzz_RefusesAnyChangedBit(uint256 seed, uint8 a, uint8 b, uint8 where, uint8 bit) public view {
        (uint64 index, uint64 n) = _place(a, b);
        bytes32[] memory proof = Tree.inclusionProof(seed, index, n);
        bytes32 leaf = Tree.leaf(seed, index);
        bytes32 root = Tree.root(seed, n);
        bytes32 flip = bytes32(uint256(1) << bit);
        uint256 target = where % (proof.length + 2);
        if (target == proof.length) leaf ^= flip;
        else if (target > proof.length) root ^= flip;
        else proof[target] ^= flip;
        require(!harness.verify(index, n, leaf, root, proof), "a changed proof was taken");
    }

    function testFuzz_RefusesAnotherPlace(uint256 seed, uint8 a, uint8 b, uint64 other) public view {
        (uint64 index, uint64 n) = _place(a, b);
        if (other % 2 == 0) other = other / 2 % 130;
        vm.assume(other != index);
        bytes32[] memory proof = Tree.inclusionProof(seed, index, n);
        require(!harness.verify(other, n, Tree.leaf(seed, index), Tree.root(seed, n), proof), "another place was taken");
    }

    function testFuzz_RefusesLongerAndShorterProofs(uint256 seed, uint8 a, uint8 b, bytes32 extra) public view {
        (uint64 index, uint64 n) = _place(a, b);
        bytes32[] memory proof = Tree.inclusionProof(seed, index, n);
        bytes32[] memory longer = new bytes32[](proof.length + 1);
        for (uint256 i = 0; i < proof.length; ++i) longer[i] = proof[i];
        longer[proof.length] = extra;
        bytes32 leaf = Tree.leaf(seed, index);
        bytes32 root = Tree.root(seed, n);
        require(!harness.verify(index, n, leaf, root, longer), "a longer proof was taken");
        require(!harness.verify(index, n, leaf, TreeNode.hashOf(extra, root), longer), "a node above the root was taken");
        if (proof.length == 0) return;
        bytes32[] memory shorter = new bytes32[](proof.length - 1);
        for (uint256 i = 0; i < shorter.length; ++i) shorter[i] = proof[i];
        require(!harness.verify(index, n, leaf, root, shorter), "a shorter proof was taken");
    }

    function testFuzz_NothingIsBeyondTheTree(uint64 index, uint64 size, bytes32 hash) public view {
        vm.assume(index >= size);
        require(!harness.verify(index, size, hash, hash, new bytes32[](0)), "a leaf beyond the tree was taken");
    }

    function test_ATreeOfOneLeafIsThatLeaf() public view {
        bytes32 leaf = Tree.leaf(1, 0);
        require(harness.verify(0, 1, leaf, leaf, new bytes32[](0)), "the only leaf was refused");
        require(!harness.verify(1, 1, leaf, leaf, new bytes32[](0)), "a second leaf of one was taken");
        require(!harness.verify(0, 0, leaf, leaf, new bytes32[](0)), "a leaf of the empty tree was taken");
        require(!harness.verify(0, 2, leaf, leaf, new bytes32[](0)), "a proof of nothing was taken");
    }

    function test_AnOddPrecompileProvesNothing() public {
        bytes32[] memory proof = Tree.inclusionProof(1, 4, 7);
        (bytes32 leaf, bytes32 root) = (Tree.leaf(1, 4), Tree.root(1, 7));
        vm.mockCall(address(2), "", new bytes(31));
        vm.expectRevert(abi.encodeWithSelector(TreeNode.Sha256Unavailable.selector));
        harness.verify(4, 7, leaf, root, proof);
        vm.clearMockedCalls();
    }

    /// @dev What the library is for: a contract of others asks the log for its head, and checks an entry against it.
    function test_AnEntryIsCheckedAgainstTheHead() public {
        ColdmarkLog log = new ColdmarkLog(address(this), address(this));
        log.register("log.example/1", address(this));
        bytes32 id = keccak256("log.example/1");
        log.extend(id, 7, Tree.root(1, 7), new bytes32[](0));
        (bytes32 root, uint48 size,,,) = log.head(id);
        bytes32[] memory proof = Tree.inclusionProof(1, 4, 7);
        require(harness.verify(4, size, Tree.leaf(1, 4), root, proof), "an entry of the log was refused");
        require(!harness.verify(4, size, Tree.leaf(2, 4), root, proof), "another log's entry was taken");
    }

    function _place(uint8 a, uint8 b) private pure returns (uint64 index, uint64 n) {
        n = uint64(b % 64) + 1;
        index = uint64(a) % n;
    }
}
