// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ColdmarkLog} from "../ColdmarkLog.sol";
import {TreeNode} from "../TreeNode.sol";
import {IColdmarkLog} from "../interfaces/IColdmarkLog.sol";
import {Tree} from "./Tree.sol";
import {vm} from "./Vm.sol";

/// @dev What the walks never try: nothing where something is needed, and a chain whose precompile is odd.
contract ColdmarkLogEdges {
    bytes32 private constant ID = keccak256("log.example/1");
    string private constant GTIN = "09506000134352";
    ColdmarkLog private log;

    function setUp() public {
        vm.warp(20_000 days);
        log = new ColdmarkLog(address(this), address(this));
        log.register("log.example/1", address(this));
    }

    function test_NobodyIsNoAdminNoRegistrarNoPublisherNoRevoker() public {
        bytes memory refusal = abi.encodeWithSelector(IColdmarkLog.ZeroAddress.selector);
        vm.expectRevert(refusal);
        new ColdmarkLog(address(0), address(this));
        vm.expectRevert(refusal);
        new ColdmarkLog(address(this), address(0));
        vm.expectRevert(refusal);
        log.register("log.example/2", address(0));
        vm.expectRevert(refusal);
        log.setRevoker(GTIN, address(0), true);
    }

    function testFuzz_C1_NobodyButThePublisherExtends(address[8] calldata callers) public {
        for (uint256 i = 0; i < 8; ++i) {
            if (callers[i] == address(this)) continue;
            vm.expectRevert(abi.encodeWithSelector(IColdmarkLog.NotPublisher.selector, ID, callers[i]));
            vm.prank(callers[i]);
            log.extend(ID, 1, bytes32(uint256(1)), new bytes32[](0));
        }
    }

    function test_C1_WhoCallsCountsNotWhoseTransactionItIs() public {
        log.register("log.example/2", tx.origin);
        bytes32 id = keccak256("log.example/2");
        vm.expectRevert(abi.encodeWithSelector(IColdmarkLog.NotPublisher.selector, id, address(this)));
        log.extend(id, 1, bytes32(uint256(1)), new bytes32[](0));
    }

    function test_OriginsAndLotsHaveNames() public {
        vm.expectRevert(abi.encodeWithSelector(IColdmarkLog.EmptyOrigin.selector));
        log.register("", address(this));
        log.setRevoker(GTIN, address(this), true);
        vm.expectRevert(abi.encodeWithSelector(IColdmarkLog.EmptyLot.selector));
        log.revoke(GTIN, "", 1);
    }

    function test_DaysAreReadForward() public {
        vm.expectRevert(abi.encodeWithSelector(IColdmarkLog.BadDayRange.selector, 5, 4, 400));
        log.seals(ID, 5, 4);
    }

    function test_ALogAtSizeZeroRetiresWithoutASeal() public {
        log.proposeRetirement(ID, 0, 0);
        vm.warp(20_002 days);
        log.retire(ID, 0, 0);
        require(log.sealedDigest(ID, 0) == 0, "a head that never was is sealed");
    }

    /// @dev One byte too many or too few, nothing at all, or a failure: none may look like a hash.
    function test_AnOddPrecompileProvesNothing() public {
        bytes32 root = Tree.root(1, 7);
        bytes32[] memory proof = Tree.consistencyProof(1, 5, 7);
        log.extend(ID, 5, Tree.root(1, 5), new bytes32[](0));
        bytes[3] memory answers = [new bytes(31), new bytes(33), new bytes(0)];
        for (uint256 i = 0; i < 3; ++i) {
            vm.mockCall(address(2), "", answers[i]);
            _expectUnavailable(root, proof);
        }
        vm.mockCallRevert(address(2), "", new bytes(32));
        _expectUnavailable(root, proof);
        vm.clearMockedCalls();
        log.extend(ID, 7, root, proof);
    }

    function _expectUnavailable(bytes32 root, bytes32[] memory proof) private {
        vm.expectRevert(abi.encodeWithSelector(TreeNode.Sha256Unavailable.selector));
        log.extend(ID, 7, root, proof);
    }
}
