// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Walk} from "./Walk.sol";
import {vm} from "./Vm.sol";

/// @dev Random walks of many calls; after each one the contract must be what the model says.
contract ColdmarkLogWalk {
    Walk private walk;

    function setUp() public {
        walk = new Walk();
    }

    /// @dev Which contract the runner calls.
    function targetContracts() public view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(walk);
    }

    function invariant_AHeadIsItsLastExtends() public {
        vm.warp(walk.time());
        walk.requireHeads();
    }

    function invariant_ASealNeverChanges() public view {
        walk.requireSeals();
    }

    function invariant_OnlyTheAdminAndThePublisherPropose() public view {
        walk.requireProposals();
    }

    function invariant_RolesAndRecallsAreWhoseTheyAre() public view {
        walk.requireRolesAndRecalls();
    }

    /// @dev Without this, walks that are always refused would hold every invariant.
    function test_WalksAreTakenAndRefusedEverywhere() public {
        bytes4[16] memory calls = _calls();
        uint256[16] memory taken;
        uint256[16] memory refused;
        for (uint256 i = 0; i < 12; ++i) {
            walk = new Walk();
            for (uint256 j = 0; j < 150; ++j) _step(calls, uint256(keccak256(abi.encode(i, j))));
            vm.warp(walk.time());
            walk.requireHeads();
            walk.requireSeals();
            walk.requireProposals();
            walk.requireRolesAndRecalls();
            for (uint256 k = 0; k < calls.length; ++k) {
                taken[k] += walk.taken(calls[k]);
                refused[k] += walk.refused(calls[k]);
            }
        }
        for (uint256 k = 0; k < calls.length; ++k) {
            require(taken[k] != 0 && refused[k] != 0, "a call was always taken, or always refused");
        }
    }

    function _step(bytes4[16] memory calls, uint256 dice) private {
        if (dice % 4 == 0) return walk.wait(uint8(dice >> 8), uint8(dice >> 16), uint40(dice >> 24));
        bytes4 selector = dice % 4 == 1 ? Walk.extend.selector : calls[(dice >> 40) % calls.length];
        uint256[4] memory args = [dice >> 8 & 255, dice >> 16 & 255, dice >> 24 & 255, dice >> 32 & 255];
        (bool ok, bytes memory why) = address(walk).call(abi.encodePacked(selector, abi.encode(args)));
        require(ok, string(why));
    }

    function _calls() private pure returns (bytes4[16] memory) {
        return [
            Walk.register.selector,
            Walk.extend.selector,
            Walk.setRegistrar.selector,
            Walk.proposePublisher.selector,
            Walk.cancelPublisher.selector,
            Walk.acceptPublisher.selector,
            Walk.freeze.selector,
            Walk.unfreeze.selector,
            Walk.proposeRetirement.selector,
            Walk.cancelRetirement.selector,
            Walk.retire.selector,
            Walk.setRevoker.selector,
            Walk.revoke.selector,
            Walk.lift.selector,
            Walk.proposeAdmin.selector,
            Walk.acceptAdmin.selector
        ];
    }
}
